//! The org units as a tree, with what was found in each and the two settings.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::label::{Label, certainty};
use super::results::tally;
use super::shown::Shown;
use crate::domain::{OrgUnitPath, humane_duration};
use crate::report::digest::View;
use crate::report::model::{
    AppAccess, Certainty, CheckResult, CloudSession, Exemption, OrgUnit, ReauthState, SessionMethod,
};
use crate::report::wording::{counted, plain};

/// Below this level units stand side by side under their whole paths: browsers nest elements no further than some
/// hundreds deep, and no screen is that wide.
const DEEPEST: usize = 30;
/// A tree of no more units is open when the page is.
const OPEN: usize = 40;

/// A step through the tree, as the template takes it.
pub(super) enum Step {
    /// A unit, and whether units follow that hang from it.
    Unit(Box<Unit>),
    /// The end of a unit's list.
    Up,
}

/// An org unit.
pub(super) struct Unit {
    pub(super) name: Shown,
    pub(super) found: Vec<(Label, String)>,
    /// Where nothing was judged here: whose results are shared.
    pub(super) as_above: bool,
    pub(super) below: Option<String>,
    pub(super) settings: Vec<Setting>,
    pub(super) parent: bool,
    pub(super) open: bool,
    pub(super) class: &'static str,
}

/// One setting as it is in force.
pub(super) struct Setting {
    pub(super) what: Shown,
    pub(super) value: String,
    pub(super) sure: Label,
    pub(super) from: Option<Shown>,
}

/// The whole tree, top down.
pub(super) fn steps(view: &View<'_>) -> Vec<Step> {
    let tree = &view.tree;
    let mut results: BTreeMap<&OrgUnitPath, Vec<&CheckResult>> = BTreeMap::new();
    for result in &view.report.results {
        if let Some(unit) = &result.subject.org_unit {
            results.entry(unit).or_default().push(result);
        }
    }
    let mut size = vec![0_usize; tree.units.len()];
    for &unit in tree.top_down().iter().rev() {
        size[unit] = 1 + tree.children(unit).iter().map(|&child| size[child]).sum::<usize>();
    }
    let mut steps = Vec::new();
    // A unit with its parent and depth, or the end of a list.
    let mut waiting: Vec<Option<(usize, Option<usize>, usize)>> =
        tree.tops().iter().rev().map(|&unit| Some((unit, None, 0))).collect();
    while let Some(next) = waiting.pop() {
        let Some((unit, above, depth)) = next else {
            steps.push(Step::Up);
            continue;
        };
        let here = &tree.units[unit];
        let found = results.get(&here.path).map(|results| tally(results)).unwrap_or_default();
        let flat = depth >= DEEPEST;
        let parent = !flat && !tree.children(unit).is_empty();
        let as_above = above.is_some_and(|above| inherits_all(here, &tree.units[above]));
        steps.push(Step::Unit(Box::new(Unit {
            name: Shown::name(if flat { here.path.as_str() } else { tree.name(unit) }),
            class: found.first().map_or("none", |(label, _)| label.class),
            as_above: found.is_empty() && above.is_some(),
            found,
            below: (size[unit] > 1).then(|| counted(size[unit] - 1, "org unit below", "org units below")),
            settings: if as_above { Vec::new() } else { settings(here) },
            parent,
            open: tree.units.len() <= OPEN || depth == 0,
        })));
        if parent {
            waiting.push(None);
        }
        let children = tree.children(unit).iter().rev();
        waiting.extend(children.map(|&child| Some((child, Some(unit), if flat { depth } else { depth + 1 }))));
    }
    steps
}

/// Whether every setting is what the unit above hands down.
fn inherits_all(here: &OrgUnit, above: &OrgUnit) -> bool {
    let from = |from: Option<&OrgUnitPath>, its: Option<&OrgUnitPath>, unknown: bool| {
        from == Some(its.unwrap_or(&above.path)) || (unknown && from.is_none() && its.is_none())
    };
    let (session, its) = (&here.cloud_session, &above.cloud_session);
    let alike = CloudSession { inherited_from: its.inherited_from.clone(), ..session.clone() } == *its;
    let unknown = session.confidence == Certainty::Unknown;
    alike
        && from(session.inherited_from.as_ref(), its.inherited_from.as_ref(), unknown)
        && here.apps.len() == above.apps.len()
        && here.apps.iter().zip(&above.apps).all(|((app, access), (other, its))| {
            app == other
                && AppAccess { inherited_from: its.inherited_from.clone(), ..access.clone() } == *its
                && from(
                    access.inherited_from.as_ref(),
                    its.inherited_from.as_ref(),
                    access.confidence == Certainty::Unknown,
                )
        })
}

fn settings(unit: &OrgUnit) -> Vec<Setting> {
    let session = &unit.cloud_session;
    let from = session.inherited_from.as_ref().map(|path| Shown::name(path.as_str()));
    let mut settings = vec![Setting {
        what: Shown::text("Reauthentication"),
        value: reauthentication(session),
        sure: certainty(session.confidence, session.conflict && session.confidence == Certainty::Unknown),
        from: from.clone(),
    }];
    if let Some(exempt) = session.exempt_trusted_apps {
        let sure = session.exempt_confidence.unwrap_or(Certainty::Unknown);
        let disputed = session.conflict && session.confidence != Certainty::Unknown && sure == Certainty::Unknown;
        settings.push(Setting {
            what: Shown::text("Exempt trusted apps"),
            value: match exempt {
                Exemption::Unknown => String::new(),
                Exemption::Yes | Exemption::No => exempt.as_str().to_owned(),
            },
            sure: certainty(sure, disputed),
            from,
        });
    }
    settings.extend(unit.apps.iter().map(|(app, access)| Setting {
        what: Shown::name(app.as_str()),
        value: level(access),
        sure: certainty(access.confidence, access.conflict),
        from: access.inherited_from.as_ref().map(|path| Shown::name(path.as_str())),
    }));
    settings
}

fn level(access: &AppAccess) -> String {
    let words: Vec<String> = access.one_of.iter().map(|level| plain(level.as_str())).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match access.access.as_str() {
        "unknown" => crate::report::either(&words),
        word => plain(word),
    }
}

fn reauthentication(session: &CloudSession) -> String {
    let span = |seconds: i64| humane_duration(SignedDuration::from_secs(seconds));
    let mut text = match session.reauth {
        ReauthState::Required => "required".to_owned(),
        ReauthState::NotRequired => return "not required".to_owned(),
        ReauthState::Unknown => return String::new(),
    };
    if let Some(seconds) = session.frequency_seconds {
        text.push_str(&format!(" every {}", span(seconds.into())));
    }
    if let Some(seconds) = session.frequency_at_least_seconds {
        text.push_str(&format!(", a session lasts at least {}", span(seconds)));
    }
    if let Some(seconds) = session.frequency_at_most_seconds {
        text.push_str(&format!(", at most {}", span(seconds)));
    }
    match session.method {
        Some(SessionMethod::Unknown) | None => text,
        Some(method) => text + ", by " + &plain(method.as_str()),
    }
}
