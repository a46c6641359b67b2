//! What the evidence at hand determines, thought out naively by somebody who knows which org unit each event is about.
//!
//! It asks for less than the program may manage: where a name was borne by two org units, or was the root's as well,
//! it takes every event that names it as one that nobody can place. What is left, [`super::completeness`] demands.

use std::collections::BTreeSet;

use super::baselines::{Attested, Page, Shown};
use super::history::History;
use super::log::{Activity, Entry, Outcome, Proof, Tells};
use super::world::{App, Level, Ms, ROOT, ROOT_NAMES, SECOND, Session, UnitId, World};

const ONE_ACT: Ms = 10 * SECOND;

/// An own choice, without the terms that the log never shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    Session(Kind),
    Level(Option<Level>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Inherit,
    Never,
    Required,
}

pub(super) fn kind(session: Session) -> Kind {
    match session {
        Session::Inherit => Kind::Inherit,
        Session::Never => Kind::Never,
        Session::Required(_) => Kind::Required,
    }
}

/// What one piece of evidence does to what is known of an own choice.
enum Step<'h> {
    Is(Choice, Option<&'h Attested>),
    /// Left alone, or set to this.
    Perhaps(Choice),
    /// Set to anything.
    Open,
}

pub(super) struct Oracle<'h> {
    history: &'h History,
    /// Names that a rename links, so that who bore the one may have borne the other; as long as the log reaches.
    families: Vec<BTreeSet<&'static str>>,
    /// Names that only one org unit bore, and no other of their family.
    clear: BTreeSet<&'static str>,
}

impl<'h> Oracle<'h> {
    pub(super) fn new(history: &'h History) -> Self {
        let mut bearers: BTreeSet<(&'static str, UnitId)> = BTreeSet::new();
        for world in history.timeline.since(history.from) {
            bearers.extend(world.units.iter().filter(|(id, _)| **id != ROOT).map(|(id, unit)| (unit.name, *id)));
        }
        // Two acts of one moment have no order.
        let pressed = |activity: &Activity| {
            entries(history).any(|(other, _)| other.at == activity.at && other.act != activity.act)
        };
        let in_doubt: BTreeSet<&str> = entries(history)
            .filter(|(activity, entry)| matches!(entry.outcome, Outcome::Unknown { .. }) || pressed(activity))
            .flat_map(|(_, entry)| match &entry.tells {
                Tells::Tree { mentions, .. } => mentions.clone(),
                Tells::Nothing | Tells::Session { .. } | Tells::Access { .. } => Vec::new(),
            })
            .collect();
        let mut families: Vec<BTreeSet<&'static str>> = Vec::new();
        let names = bearers.iter().map(|(name, _)| vec![*name]);
        let linked = entries(history).filter_map(|(_, entry)| match &entry.tells {
            Tells::Tree { mentions, .. } if !is_without_effect(entry.outcome) => Some(mentions.clone()),
            Tells::Tree { .. } | Tells::Nothing | Tells::Session { .. } | Tells::Access { .. } => None,
        });
        for group in names.chain(linked) {
            let mut family: BTreeSet<&str> = group.into_iter().collect();
            families.retain(|other| {
                let apart = other.is_disjoint(&family);
                if !apart {
                    family.extend(other);
                }
                apart
            });
            families.push(family);
        }
        let is_clear = |family: &&BTreeSet<&'static str>| {
            let of_family = bearers.iter().filter(|(name, _)| family.contains(name)).map(|(_, unit)| unit);
            of_family.collect::<BTreeSet<_>>().len() == 1
                && !family.iter().any(|name| is_root_name(name) || in_doubt.contains(name))
        };
        let clear = families.iter().filter(is_clear).flatten().copied().collect();
        Self { history, families, clear }
    }

    fn today(&self) -> &'h World {
        self.history.today()
    }

    /// Whether the name an org unit bears at that time tells which it is.
    fn is_clear(&self, unit: UnitId, at: Ms) -> bool {
        unit == ROOT || self.clear.contains(self.history.timeline.at(at).units[&unit].name)
    }

    /// Every name that an org unit bore or, for all that the log tells, may have borne.
    fn names(&self, unit: UnitId) -> BTreeSet<&'static str> {
        let worlds = self.history.timeline.since(self.history.from);
        let borne: BTreeSet<&str> = worlds.filter_map(|world| world.units.get(&unit)).map(|unit| unit.name).collect();
        self.families.iter().filter(|family| !family.is_disjoint(&borne)).flatten().copied().collect()
    }

    /// Whether an event that names this text is certain to be about this org unit, and whether it may be.
    fn named(&self, unit: UnitId, text: &str) -> (bool, bool) {
        let name = text.rsplit('/').next().unwrap_or_default();
        if unit == ROOT {
            let borne =
                self.history.timeline.since(self.history.from).any(|world| {
                    world.units.iter().any(|(id, unit)| *id != ROOT && unit.name.eq_ignore_ascii_case(text))
                });
            let may_be = text == "/" || is_root_name(text);
            return (may_be && !borne, may_be);
        }
        (self.clear.contains(name), self.names(unit).contains(name))
    }

    fn steps(&self, unit: UnitId, page: Page) -> Vec<(Ms, Step<'h>)> {
        let history = self.history;
        let mut steps: Vec<(Ms, Step<'h>)> = Vec::new();
        let inherit = match page {
            Page::Session => Choice::Session(Kind::Inherit),
            Page::Access => Choice::Level(None),
        };
        for (activity, entry) in entries(history) {
            if let Tells::Tree { created: Some(id), .. } = entry.tells
                && id == unit
                && is_certain(entry.outcome)
                && self.is_clear(unit, activity.at)
            {
                steps.push((activity.at, Step::Is(inherit, None)));
            }
        }
        let relevant = || history.attested.iter().filter(|one| one.page == page && one.at >= history.from);
        for attested in relevant().filter(|one| !one.is_expired(history.as_of)) {
            let choice = match attested.shown {
                Shown::Session(session) => Choice::Session(kind(session)),
                Shown::Access(level) => Choice::Level(level),
            };
            if !self.is_clear(attested.unit, attested.at) {
                continue;
            }
            if attested.unit == unit {
                steps.push((attested.at, Step::Is(choice, Some(attested))));
            } else if attested.below && self.is_covered(unit, attested) {
                steps.push((attested.at, Step::Is(inherit, None)));
            }
        }
        let mut before: Vec<&Activity> = Vec::new();
        for (activity, entry) in entries(history) {
            let Some(step) = self.event(unit, page, entry) else { continue };
            // Two acts of one moment have no order, and two of a few seconds may be one, logged in pieces.
            let pressed = before.iter().any(|other| other.act != activity.act && activity.at - other.at <= ONE_ACT);
            steps.push((activity.at, if pressed { Step::Open } else { step }));
            before.push(activity);
        }
        steps.sort_by_key(|(at, _)| *at);
        steps
    }

    /// Whether an attestation of an org unit above speaks of this one.
    fn is_covered(&self, unit: UnitId, attested: &Attested) -> bool {
        let then = self.history.timeline.at(attested.at);
        if !then.units.contains_key(&unit) || !then.is_below(unit, attested.unit) {
            return false;
        }
        let own = |one: &&Attested| one.page == attested.page && one.unit == unit && one.at >= attested.at;
        if self.history.attested.iter().any(|one| own(&one)) {
            return false;
        }
        // An attestation whose org unit cannot be told may be its own.
        let doubtful = |one: &&Attested| {
            one.page == attested.page
                && one.at >= attested.at
                && !self.is_clear(one.unit, one.at)
                && self.names(unit).contains(self.history.timeline.at(one.at).units[&one.unit].name)
        };
        if self.history.attested.iter().any(|one| doubtful(&one)) {
            return false;
        }
        if attested.unit == ROOT {
            return true;
        }
        // Where something on the way moved, or may have, where it was before has to be told otherwise.
        let way: Vec<UnitId> = self.today().upwards(unit).collect();
        let moved = |(activity, entry): (&Activity, &Entry)| {
            let Tells::Tree { moved: Some(id), mentions, .. } = &entry.tells else { return false };
            let doubtful = way.iter().any(|on_it| mentions.iter().any(|name| self.names(*on_it).contains(name)));
            activity.at >= attested.at && (way.contains(id) || doubtful) && !is_without_effect(entry.outcome)
        };
        !entries(self.history).any(moved)
    }

    /// What an event does to an org unit's own choice; `None` if it is about something else for sure.
    fn event(&self, unit: UnitId, page: Page, entry: &Entry) -> Option<Step<'h>> {
        if is_without_effect(entry.outcome) {
            return None;
        }
        let (about, proof) = match (&entry.tells, page) {
            (Tells::Session { unit, proves }, Page::Session) => {
                let proof = proves.map(|session| Step::Is(Choice::Session(kind(session)), None));
                (Some(*unit), proof)
            }
            (Tells::Access { unit, app, proves }, Page::Access) => {
                if *app == Some(App::Other) {
                    return None;
                }
                let proof = match proves {
                    Proof::Level(level) => Some(Step::Is(Choice::Level(*level), None)),
                    Proof::Several(level) => Some(Step::Perhaps(Choice::Level(Some(*level)))),
                    Proof::Nothing => None,
                };
                (*unit, proof)
            }
            (Tells::Nothing | Tells::Tree { .. } | Tells::Session { .. } | Tells::Access { .. }, _) => return None,
        };
        let (certain, possible) = entry.named.as_ref().map_or((false, true), |text| self.named(unit, text));
        if about.is_some_and(|about| about != unit) && !possible {
            return None;
        }
        if about != Some(unit) || !certain {
            return Some(Step::Open);
        }
        Some(match (proof, is_certain(entry.outcome)) {
            (Some(step), true) => step,
            (Some(Step::Is(choice, _) | Step::Perhaps(choice)), false) => Step::Perhaps(choice),
            (Some(Step::Open) | None, _) => Step::Open,
        })
    }

    /// The own choice, where it is determined, and the attestation that nothing came after.
    fn own(&self, unit: UnitId, page: Page) -> Option<(Choice, Option<&'h Attested>)> {
        let mut known: Option<(Choice, Option<&'h Attested>)> = None;
        for (_, step) in self.steps(unit, page) {
            known = match step {
                Step::Is(choice, attested) => Some((choice, attested)),
                Step::Perhaps(choice) => known.filter(|(known, _)| *known == choice).map(|(known, _)| (known, None)),
                Step::Open => None,
            };
        }
        known
    }

    /// The choice in force and whose it is, where that is determined, and the attestation that nothing came after.
    pub(super) fn in_force(&self, unit: UnitId, page: Page) -> Option<(UnitId, Choice, Option<&'h Attested>)> {
        for above in self.today().upwards(unit) {
            match self.own(above, page)? {
                (Choice::Session(Kind::Inherit) | Choice::Level(None), _) if above != ROOT => {}
                (choice, attested) => return Some((above, choice, attested)),
            }
        }
        None
    }
}

fn is_root_name(name: &str) -> bool {
    ROOT_NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn is_certain(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Unsaid | Outcome::Succeeded)
}

fn is_without_effect(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Failed | Outcome::Skipped)
}

/// Every event of the log at hand.
fn entries(history: &History) -> impl Iterator<Item = (&Activity, &Entry)> {
    let at_hand = history.log.activities.iter().filter(|activity| activity.at >= history.from);
    at_hand.flat_map(|activity| activity.entries.iter().map(move |entry| (activity, entry)))
}
