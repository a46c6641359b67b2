//! What is supposed to be set though nobody set it, laid over what the evidence says.
//!
//! A supposition is an org unit's own setting, made now: it is proven by being supposed, nothing that was observed before
//! speaks against it, and everything else stays as the evidence has it. What inherits it does so as surely as it is known
//! to inherit, and no more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::app_target::Target;
use super::fact::Strength;
use super::org_tree::{OrgTree, UnitIndex};
use super::session_replay::OwnSession;
use super::track::{Own, Slot};
use crate::evidence::{
    AppRef, AttestedSession, AttestedValue, Item, OwnAccess, OwnReauth, Supposed as Supposing, Supposition,
};

/// An app's own level that is supposed, and what says so.
type Level<'s> = (&'s AppRef, OwnAccess, Arc<Item>);

/// Suppositions by org unit, later ones last.
#[derive(Debug)]
pub(super) struct Supposed<'s> {
    pages: BTreeMap<UnitIndex, Vec<(&'s AttestedSession, Arc<Item>)>>,
    levels: BTreeMap<UnitIndex, Vec<Level<'s>>>,
    made_at: Timestamp,
}

impl<'s> Supposed<'s> {
    pub(super) fn new(suppositions: &'s [Supposition], tree: &OrgTree, as_of: Timestamp) -> Self {
        // After everything that was observed.
        let made_at = as_of.checked_add(SignedDuration::from_secs(1)).unwrap_or(as_of);
        let mut supposed = Self { pages: BTreeMap::new(), levels: BTreeMap::new(), made_at };
        for supposition in suppositions {
            let Supposing::Own { org_unit, value } = &supposition.what else { continue };
            let Some(unit) = tree.find(org_unit) else { continue };
            let item = Arc::new(supposition.item());
            match value {
                AttestedValue::Session(session) => supposed.pages.entry(unit).or_default().push((session, item)),
                AttestedValue::AppAccess { app, level } => {
                    supposed.levels.entry(unit).or_default().push((app, *level, item));
                }
            }
        }
        supposed
    }

    /// When all of it came about.
    pub(super) fn made_at(&self) -> Timestamp {
        self.made_at
    }

    /// Every app of whose level something is supposed.
    pub(super) fn apps(&self) -> BTreeSet<&'s AppRef> {
        self.levels.values().flatten().map(|(app, ..)| *app).collect()
    }

    /// Whether the session-control page of an org unit is supposed to have been saved.
    pub(super) fn holds_page_of(&self, unit: UnitIndex) -> bool {
        self.pages.contains_key(&unit)
    }

    /// An org unit's own level of an app, where it is supposed.
    pub(super) fn level(&self, unit: UnitIndex, target: &Target) -> Option<Own<OwnAccess>> {
        let of_target = |(app, level, item): &Level<'_>| {
            let doubt = target.named_by(app)?;
            let strength = if doubt.is_some() { Strength::Presumed } else { Strength::Proven };
            Some(Own {
                slot: Slot::Among(BTreeSet::from([*level]), strength),
                evidence: BTreeSet::from([Arc::clone(item)]),
                why: doubt.map(str::to_owned),
            })
        };
        self.levels.get(&unit)?.iter().rev().find_map(of_target)
    }

    /// An org unit's own page after everything that is supposed of it.
    pub(super) fn page(&self, unit: UnitIndex, own: OwnSession) -> OwnSession {
        let saves = self.pages.get(&unit).into_iter().flatten();
        saves.fold(own, |own, (session, item)| self.save(own, session, item))
    }

    fn save(&self, own: OwnSession, session: &AttestedSession, item: &Arc<Item>) -> OwnSession {
        let stays = if session.reauth == OwnReauth::Required {
            match &own.reauth.slot {
                Slot::Among(choices, strength) if *choices == BTreeSet::from([OwnReauth::Required]) => Some(*strength),
                Slot::Among(..) | Slot::Nothing | Slot::Overtaken | Slot::Lapsed | Slot::Conflict => None,
            }
        } else {
            None
        };
        let asks = session.reauth == OwnReauth::Required;
        OwnSession {
            exempt: part(session.exempt_trusted_apps.filter(|_| asks), own.exempt, stays, item),
            frequency: part(session.frequency.filter(|_| asks), own.frequency, stays, item),
            method: part(session.method.filter(|_| asks), own.method, stays, item),
            reauth: known(session.reauth, item),
            last_change: own.last_change.max(Some(self.made_at)),
        }
    }
}

fn known<T: Ord>(value: T, item: &Arc<Item>) -> Own<T> {
    Own {
        slot: Slot::Among(BTreeSet::from([value]), Strength::Proven),
        evidence: BTreeSet::from([Arc::clone(item)]),
        why: None,
    }
}

/// Another part of a page that is saved: what is said of it, else what it was, as far as the page required
/// reauthentication before.
fn part<T: Ord>(said: Option<T>, before: Own<T>, stays: Option<Strength>, item: &Arc<Item>) -> Own<T> {
    match (said, stays) {
        (Some(value), _) => known(value, item),
        (None, Some(strength)) => Own {
            slot: match before.slot {
                Slot::Among(values, held) => Slot::Among(values, held.min(strength)),
                other @ (Slot::Nothing | Slot::Overtaken | Slot::Lapsed | Slot::Conflict) => other,
            },
            ..before
        },
        (None, None) => Own {
            slot: Slot::Nothing,
            evidence: BTreeSet::new(),
            why: Some("what is supposed of the page does not say".to_owned()),
        },
    }
}
