//! One org unit's own value of one setting, replayed: attestations establish a state, the log watches over it.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::fact::{Gap, Strength};
use super::truth::Truth;
use crate::domain::humane_time;
use crate::evidence::{Item, LogWindow};

/// What is known of an own value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Slot<T> {
    /// No evidence at all.
    Nothing,
    /// It is one of these; mostly there is one.
    Among(BTreeSet<T>, Strength),
    /// A later change that cannot be read.
    Overtaken,
    /// It was so; that it still is has no proof.
    Lapsed,
    /// Two attestations contradict each other.
    Conflict,
}

/// What the log and the clock allow to be proven.
#[derive(Debug, Clone, Copy)]
pub(super) struct Horizon {
    /// The administrators' audit log, where it is whole.
    pub(super) log: Option<LogWindow>,
    /// The moment as of which everything is judged.
    pub(super) as_of: Timestamp,
}

/// Where a gap is to be filled in, in words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'q> {
    /// `cloud-session-control` or `app-access`.
    pub(super) fact: &'static str,
    /// What is asked, such as `Google Cloud session control at /Sales`.
    pub(super) about: &'q str,
    /// How to find out.
    pub(super) supply: &'q str,
}

impl Question<'_> {
    pub(super) fn gap(&self, why: String) -> Gap {
        Gap { fact: self.fact.into(), why, supply: self.supply.to_owned() }
    }
}

/// The replay.
#[derive(Debug, Clone)]
pub(super) struct Track<T> {
    slot: Slot<T>,
    since: Option<Timestamp>,
    /// Nothing but attestations made the slot what it is.
    attested: bool,
    evidence: BTreeSet<Arc<Item>>,
    why: Option<String>,
    horizon: Horizon,
}

/// A change may take up to a day to reach every decision of Google's (its help pages on app access and on session length).
pub const PROPAGATION: SignedDuration = SignedDuration::from_hours(24);

/// Whether the last change had certainly taken its effect by then, `lag` being the longest that it may take.
pub(super) fn had_settled(last_change: Option<Timestamp>, lag: SignedDuration, at: Timestamp) -> bool {
    last_change.is_none_or(|change| change.checked_add(lag).is_ok_and(|settled| settled < at))
}

/// Which steps another of the same moment contradicts: of two activities neither is known to be the later.
pub(super) fn clashing<S>(steps: &[(Timestamp, S)], clash: impl Fn(&S, &S) -> bool) -> Vec<bool> {
    let mut clashing = Vec::with_capacity(steps.len());
    for moment in steps.chunk_by(|(one, _), (other, _)| one == other) {
        clashing.extend(moment.iter().map(|(_, step)| moment.iter().any(|(_, other)| clash(step, other))));
    }
    clashing
}

/// An own value as the replay leaves it.
#[derive(Debug, Clone)]
pub(super) struct Own<T> {
    pub(super) slot: Slot<T>,
    pub(super) evidence: BTreeSet<Arc<Item>>,
    /// Why it is not proven, where it is not.
    pub(super) why: Option<String>,
}

impl<T: Ord> Own<T> {
    /// Whether it is proven to be this.
    pub(super) fn is_surely(&self, value: &T) -> bool {
        matches!(&self.slot, Slot::Among(values, Strength::Proven) if values.len() == 1 && values.contains(value))
    }

    /// How true it is that it is this. `by_default`: whether that is presumed where there is no evidence at all.
    pub(super) fn truth_of(&self, value: &T, by_default: bool) -> Truth {
        let answer = |is, strength: &Strength| match strength {
            Strength::Proven => Truth::proven(is),
            Strength::Presumed => Truth::presumed(is),
        };
        match &self.slot {
            Slot::Among(values, strength) if values.len() == 1 => answer(values.contains(value), strength),
            Slot::Among(values, strength) if !values.contains(value) => answer(false, strength),
            Slot::Nothing if by_default => Truth::TruePresumed,
            Slot::Among(..) | Slot::Nothing | Slot::Overtaken | Slot::Lapsed | Slot::Conflict => Truth::Unknown,
        }
    }
}

impl<T: Clone + Ord> Track<T> {
    pub(super) fn new(horizon: Horizon) -> Self {
        Self { slot: Slot::Nothing, since: None, attested: false, evidence: BTreeSet::new(), why: None, horizon }
    }

    /// What is known from before the log begins has no watch over it: whatever comes next, it lapses first.
    pub(super) fn lapse_before(&mut self, at: Timestamp) {
        if let (Slot::Among(..) | Slot::Conflict, Some(since), Some(log)) = (&self.slot, self.since, self.horizon.log)
            && since < log.from
            && at >= log.from
        {
            self.slot = Slot::Lapsed;
            self.why = Some(format!(
                "what was known at {} is older than the audit log at hand, which begins {}",
                humane_time(since),
                humane_time(log.from)
            ));
        }
    }

    /// An administrator saw this value. `doubt` says why it may have been of something else, where that is so.
    pub(super) fn attest(&mut self, value: T, doubt: Option<&str>, at: Timestamp, item: &Arc<Item>) {
        self.attest_one_of(BTreeSet::from([value]), doubt, at, item);
    }

    /// What an administrator saw leaves these values. Two statements that have one in common do not differ.
    pub(super) fn attest_one_of(&mut self, seen: BTreeSet<T>, doubt: Option<&str>, at: Timestamp, item: &Arc<Item>) {
        self.lapse_before(at);
        let watched = self.since.is_some_and(|since| self.horizon.log.is_some_and(|log| log.covers_since(since)));
        let compared = self.attested && (watched || self.since == Some(at));
        let (contradicts, values) = match &self.slot {
            Slot::Among(known, _) if compared => {
                let both: BTreeSet<T> = known.intersection(&seen).cloned().collect();
                (both.is_empty(), both)
            }
            // A conflict lasts until the next attestation; one of the same moment is not the next.
            Slot::Conflict => (self.since == Some(at), seen),
            Slot::Among(..) | Slot::Nothing | Slot::Overtaken | Slot::Lapsed => (false, seen),
        };
        if contradicts {
            self.evidence.insert(Arc::clone(item));
            self.slot = Slot::Conflict;
            self.why = Some("two attestations differ, and the log shows no change between them".to_owned());
        } else {
            // What is seen after the moment of judgement says nothing certain about that moment.
            self.why = if at > self.horizon.as_of {
                Some(format!("the attestation of {} is later than the evidence that is judged", humane_time(at)))
            } else {
                doubt.map(str::to_owned)
            };
            let strength = if self.why.is_some() { Strength::Presumed } else { Strength::Proven };
            self.slot = Slot::Among(values, strength);
            self.evidence = BTreeSet::from([Arc::clone(item)]);
        }
        self.since = Some(at);
        self.attested = true;
    }

    /// The org unit came into being with this value.
    pub(super) fn begin(&mut self, value: T, at: Timestamp, item: &Arc<Item>) {
        self.slot = Slot::Among(BTreeSet::from([value]), Strength::Proven);
        self.since = Some(at);
        self.attested = false;
        self.evidence = BTreeSet::from([Arc::clone(item)]);
        self.why = None;
    }

    /// An event set it to this value.
    pub(super) fn set(&mut self, value: T, strength: Strength, at: Timestamp, item: &Arc<Item>) {
        self.lapse_before(at);
        if self.slot == Slot::Conflict {
            self.evidence.insert(Arc::clone(item));
            return;
        }
        self.slot = Slot::Among(BTreeSet::from([value]), strength);
        self.since = Some(at);
        self.attested = false;
        self.evidence = BTreeSet::from([Arc::clone(item)]);
        self.why = (strength == Strength::Presumed)
            .then(|| format!("the event of {} proves only that something changed", humane_time(at)));
    }

    /// An event set it to this value, or left it alone.
    pub(super) fn maybe(&mut self, value: T, strength: Strength, at: Timestamp, item: &Arc<Item>) {
        self.lapse_before(at);
        match &mut self.slot {
            Slot::Among(values, held) => {
                *held = (*held).min(strength);
                values.insert(value);
                if *held == Strength::Presumed || values.len() > 1 {
                    self.why = Some(format!("the event of {} may have changed it", humane_time(at)));
                }
                self.since = Some(at);
                self.attested = false;
                self.evidence.insert(Arc::clone(item));
            }
            Slot::Nothing | Slot::Overtaken | Slot::Lapsed | Slot::Conflict => self.blur(at, item),
        }
    }

    /// An event changed it, or may have; to what, cannot be read.
    pub(super) fn blur(&mut self, at: Timestamp, item: &Arc<Item>) {
        self.evidence.insert(Arc::clone(item));
        if self.slot == Slot::Conflict {
            return;
        }
        self.slot = Slot::Overtaken;
        self.since = Some(at);
        self.attested = false;
        self.why = Some(format!("an event of {} may have changed it, and cannot be read for certain", humane_time(at)));
    }

    /// An event that never shows this value may have changed it: from proven to presumed.
    pub(super) fn weaken(&mut self, at: Timestamp, item: &Arc<Item>) {
        self.lapse_before(at);
        if let Slot::Among(_, strength) = &mut self.slot {
            *strength = Strength::Presumed;
            self.since = Some(at);
            self.attested = false;
            self.evidence.insert(Arc::clone(item));
            self.why =
                Some(format!("the page was saved again on {}, and the log never shows this box", humane_time(at)));
        }
    }

    /// It has no meaning any more.
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.horizon);
    }

    /// What is known so far.
    pub(super) fn slot(&self) -> &Slot<T> {
        &self.slot
    }

    /// Where the replay ends. `lapsed` says what else was once known, such as an attestation that expired.
    pub(super) fn finish(mut self, lapsed: Option<String>) -> Own<T> {
        self.lapse_before(self.horizon.as_of);
        if self.horizon.log.is_none() && matches!(self.slot, Slot::Among(..) | Slot::Conflict) {
            self.slot = Slot::Lapsed;
            self.why =
                Some("the administrators' audit log is not at hand, so later changes would not be seen".to_owned());
        }
        if self.slot == Slot::Nothing
            && let Some(why) = lapsed
        {
            self.slot = Slot::Lapsed;
            self.why = Some(why);
        }
        Own { slot: self.slot, evidence: self.evidence, why: self.why }
    }
}
