//! What administrators attested: always the truth of that moment.

use std::fmt::Write as _;

use super::deeds::Pick;
use super::world::{App, DAY, Level, Method, Ms, ROOT, Session, Timeline, UnitId, World, level_word};
use crate::verdicts::tenant::OKTA;

/// Which of the two pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    Session,
    /// The app under audit in API controls.
    Access,
}

/// How much of the session-control page is written down.
#[derive(Debug, Clone, Copy)]
pub(super) enum Detail {
    All,
    NoLength,
    NoExemption,
}

/// What somebody sets out to attest.
#[derive(Debug, Clone, Copy)]
pub(super) enum Round {
    /// The root with everything below, and each org unit that overrides it.
    Tree,
    /// One org unit.
    One(Pick),
    /// One org unit, and what is below where it is true that nothing overrides it there.
    OneAndBelow(Pick),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Baseline {
    /// Minutes before the moment of judgement.
    pub(super) before: u32,
    pub(super) page: Page,
    pub(super) round: Round,
    pub(super) detail: Detail,
    /// Days until it expires.
    pub(super) expires: Option<u16>,
    /// The app by its client ID, not by the catalogue's.
    pub(super) by_client: bool,
}

/// What the page showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Session(Session),
    Access(Option<Level>),
}

/// One attestation.
#[derive(Debug, Clone)]
pub(super) struct Attested {
    pub(super) at: Ms,
    pub(super) page: Page,
    pub(super) unit: UnitId,
    pub(super) path: String,
    pub(super) shown: Shown,
    pub(super) below: bool,
    pub(super) detail: Detail,
    pub(super) expires: Option<Ms>,
    by_client: bool,
}

fn overrides(world: &World, unit: UnitId, page: Page) -> bool {
    match page {
        Page::Session => world.units[&unit].session != Session::Inherit,
        Page::Access => world.units[&unit].level(App::Okta).is_some(),
    }
}

/// The attestations of a round at that time.
pub(super) fn attest(baseline: &Baseline, at: Ms, timeline: &Timeline) -> Vec<Attested> {
    let world = timeline.at(at);
    let one = |unit: UnitId, below: bool| Attested {
        at,
        page: baseline.page,
        unit,
        path: world.path(unit),
        shown: match baseline.page {
            Page::Session => Shown::Session(world.units[&unit].session),
            Page::Access => Shown::Access(world.units[&unit].level(App::Okta)),
        },
        below,
        detail: baseline.detail,
        expires: baseline.expires.map(|days| at + i64::from(days) * DAY),
        by_client: baseline.by_client,
    };
    match baseline.round {
        Round::Tree => {
            let overriding =
                world.units.keys().copied().filter(|unit| *unit != ROOT && overrides(world, *unit, baseline.page));
            std::iter::once(one(ROOT, true)).chain(overriding.map(|unit| one(unit, false))).collect()
        }
        Round::One(pick) => vec![one(pick.of(world), false)],
        Round::OneAndBelow(pick) => {
            let unit = pick.of(world);
            let below = world.units.keys().filter(|other| world.is_below(**other, unit));
            let all_inherit = below.into_iter().all(|other| !overrides(world, *other, baseline.page));
            vec![one(unit, all_inherit)]
        }
    }
}

impl Attested {
    pub(super) fn is_expired(&self, as_of: Ms) -> bool {
        self.expires.is_some_and(|expires| expires <= as_of)
    }

    /// As the attestation file has it, for [`crate::verdicts::tenant::Tenant::attest`].
    pub(super) fn rest(&self) -> String {
        let mut text = String::new();
        match self.shown {
            Shown::Session(session) => {
                write!(text, "setting = \"cloud-session-control\"\nvalue = {{ reauth = {:?}", session.word())
                    .expect("text");
                if let Session::Required(terms) = session {
                    let method = match terms.method {
                        Method::Password => "password",
                        Method::SecurityKey => "security_key",
                    };
                    let length = format!(", frequency = \"{}h\", method = \"{method}\"", terms.hours);
                    let exemption = format!(", exempt_trusted_apps = {}", terms.exempt);
                    text += &match self.detail {
                        Detail::All => length + &exemption,
                        Detail::NoLength => exemption,
                        Detail::NoExemption => length,
                    };
                }
                text += " }\n";
            }
            Shown::Access(level) => {
                let word = match level {
                    None if self.unit != ROOT => "inherit",
                    level => level_word(level),
                };
                let app = if self.by_client { OKTA } else { "okta-workflows-gmail" };
                write!(text, "setting = \"app-access\"\napp = {app:?}\nvalue = {word:?}\n").expect("text");
            }
        }
        if self.below {
            text += "below = \"inherit\"\n";
        }
        if let Some(expires) = self.expires {
            let expires = super::render::time(expires);
            writeln!(text, "expires_at = {expires}").expect("text");
        }
        text
    }
}
