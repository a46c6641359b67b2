//! An org unit's own session control, replayed: what was seen in the console, and what the log shows since.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::fact::Strength;
use super::look_again::OwnDoubt;
use super::org_tree::UnitIndex;
use super::placed::{Placed, Placing};
use super::track::{Horizon, Own, Slot, Track, clashing};
use crate::domain::SessionLength;
use crate::evidence::{
    AdminEvent, Attestation, AttestedSession, AttestedValue, Change, Effect, Item, OwnReauth, Reading, ReauthMethod,
};

/// Events of one actor this close together on one org unit are one save of the page, logged in pieces or twice.
const ONE_SAVE: SignedDuration = SignedDuration::from_secs(10);

enum Step<'e> {
    Born(Arc<Item>),
    Attested(&'e AttestedSession, Arc<Item>),
    Event { reading: Reading<OwnReauth>, sure: bool, event: &'e AdminEvent },
}

impl Step<'_> {
    /// At one moment: birth, then what was seen, then what was logged, so that a doubt is never hidden.
    fn rank(&self) -> u8 {
        match self {
            Self::Born(_) => 0,
            Self::Attested(..) => 1,
            Self::Event { .. } => 2,
        }
    }

    /// Whether the two read differently, so that their order decides what they leave, and nothing tells it.
    fn clashes_with(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Event { reading, event, .. }, Self::Event { reading: another, event: second, .. })
            if event.qualifier != second.qualifier && reading.value() != another.value())
    }
}

/// The parts of an own page as the replay leaves them.
pub(super) struct OwnSession {
    pub(super) reauth: Own<OwnReauth>,
    pub(super) exempt: Own<bool>,
    pub(super) frequency: Own<SessionLength>,
    pub(super) method: Own<ReauthMethod>,
    /// The last thing in the log that changed, or may have changed, it or its place in the tree.
    pub(super) last_change: Option<Timestamp>,
}

impl OwnSession {
    /// Why the page of this org unit has to be looked at again.
    pub(super) fn doubt(&self) -> Option<OwnDoubt> {
        let may_ask = match &self.reauth.slot {
            Slot::Among(choices, _) => choices.contains(&OwnReauth::Required),
            Slot::Nothing | Slot::Overtaken | Slot::Lapsed | Slot::Conflict => false,
        };
        OwnDoubt::of(&self.reauth).or_else(|| OwnDoubt::of(&self.exempt).filter(|_| may_ask))
    }
}

/// Replays the own page of one org unit.
pub(super) fn replay(
    unit: UnitIndex,
    placing: &Placing<'_>,
    events: &Placed<'_, AdminEvent>,
    baselines: &Placed<'_, Attestation>,
    covered: Option<&Placed<'_, Attestation>>,
    horizon: Horizon,
) -> OwnSession {
    let mut steps: Vec<(Timestamp, Step<'_>)> = Vec::new();
    let mut lapsed = None;
    let mut last_change = placing.moved(unit);
    let covered = covered.into_iter().flat_map(|covered| covered.of(unit));
    for (seen, _) in covered.filter(|(_, bearing)| bearing.is_below()) {
        steps.push((seen.attested_at, Step::Attested(&INHERITED, Arc::new(seen.item()))));
    }
    if let Some((at, item)) = placing.birth(unit) {
        last_change = last_change.max(Some(at));
        steps.push((at, Step::Born(item)));
    }
    for (attestation, covered) in baselines.of(unit) {
        let AttestedValue::Session(session) = &attestation.value else { continue };
        let session = if covered.is_below() { &INHERITED } else { session };
        if attestation.is_expired(horizon.as_of) {
            if session.reauth != OwnReauth::Inherit {
                lapsed = attestation.expiry_sentence();
            }
            continue;
        }
        steps.push((attestation.attested_at, Step::Attested(session, Arc::new(attestation.item()))));
    }
    for (event, place) in events.of(unit) {
        if let Change::Session { reading, sure, .. } = &event.change {
            let sure = *sure && place.is_sure() && event.effect == Effect::Took;
            last_change = last_change.max(Some(event.at));
            steps.push((event.at, Step::Event { reading: *reading, sure, event }));
        }
    }
    steps.sort_by_key(|(at, step)| (*at, step.rank()));

    let mut reauth = Track::new(horizon);
    let mut exempt = Track::new(horizon);
    let mut frequency = Track::new(horizon);
    let mut method = Track::new(horizon);
    let clashing = clashing(&steps, Step::clashes_with);
    let mut save: Option<Save<'_>> = None;
    for ((at, step), clash) in steps.into_iter().zip(clashing) {
        match step {
            Step::Born(item) => reauth.begin(OwnReauth::Inherit, at, &item),
            Step::Attested(session, item) => {
                save = None;
                reauth.attest(session.reauth, None, at, &item);
                if session.reauth == OwnReauth::Required {
                    session.exempt_trusted_apps.inspect(|ticked| exempt.attest(*ticked, None, at, &item));
                    session.frequency.inspect(|length| frequency.attest(*length, None, at, &item));
                    session.method.inspect(|way| method.attest(*way, None, at, &item));
                } else {
                    exempt.clear();
                    frequency.clear();
                    method.clear();
                }
            }
            Step::Event { reading, sure, event } => {
                let same_save = save.as_ref().is_some_and(|save| save.includes(event, at));
                if !same_save {
                    save = Some(Save { first: at, event, reading });
                }
                // Two pieces of one save that read differently: which part of the setting each is about, is unknown.
                let at_odds = same_save && save.as_ref().is_some_and(|save| save.reading.value() != reading.value());
                match reading {
                    Reading::Unreadable => reauth.blur(at, &event.item),
                    Reading::Proven(_) | Reading::Presumed(_) if at_odds || clash => reauth.blur(at, &event.item),
                    Reading::Proven(own) if sure => reauth.set(own, Strength::Proven, at, &event.item),
                    Reading::Presumed(own) if sure => reauth.set(own, Strength::Presumed, at, &event.item),
                    Reading::Proven(own) => reauth.maybe(own, Strength::Proven, at, &event.item),
                    Reading::Presumed(own) => reauth.maybe(own, Strength::Presumed, at, &event.item),
                }
                exempt.weaken(at, &event.item);
                frequency.blur(at, &event.item);
                method.blur(at, &event.item);
            }
        }
    }
    OwnSession {
        reauth: reauth.finish(lapsed),
        exempt: exempt.finish(None),
        frequency: frequency.finish(None),
        method: method.finish(None),
        last_change,
    }
}

/// What `below = "inherit"` says of an org unit.
static INHERITED: AttestedSession = AttestedSession::only(OwnReauth::Inherit);

struct Save<'e> {
    first: Timestamp,
    event: &'e AdminEvent,
    reading: Reading<OwnReauth>,
}

impl Save<'_> {
    fn includes(&self, event: &AdminEvent, at: Timestamp) -> bool {
        self.event.actor == event.actor && at.duration_since(self.first) <= ONE_SAVE
    }
}
