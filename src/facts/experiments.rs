//! Canaries to facts: what the fate of connections of our own says about session control where their users are.
//!
//! What each observation proves, and on which assumptions:
//!
//! | observation | proves |
//! | --- | --- |
//! | a refresh that Google refuses because the session is over | reauthentication is required; the session is no longer than the grant is old |
//! | a refresh of a grant older than the longest session, by a client that is not Trusted | reauthentication is not required |
//! | a refresh of a grant older than one that was refused for its session | trusted apps are exempt, and that client is Trusted |
//! | a refusal for the session, by a client that is Trusted | trusted apps are not exempt |
//!
//! Assumed, and said with each: the canary's user signed in when authorising it, is where the directory says, and no
//! Access Context Manager binding decides for them; where one of the last two is not certain the observation counts for
//! nothing. A change of the page may take up to a
//! day to have its effect, so what was tried within a day after one is presumed at most, and what was tried before one
//! says nothing any more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::app_access::{Access, Levels};
use super::bindings::{Bindings, Decider};
use super::cloud_session::Reauth;
use super::fact::{Gap, Strength};
use super::org_tree::{OrgTree, UnitIndex};
use super::track::{Horizon, PROPAGATION, had_settled};
use super::truth::Truth;
use super::whereabouts::{Whereabout, Whereabouts};
use crate::domain::{CanaryRole, ClientId, OrgUnitPath, SessionLength, humane_duration};
use crate::evidence::{
    AccountState, AppRef, Attestation, AttestedSession, AttestedValue, Below, Canary, CanaryOutcome, CanaryTry,
    Evidence, Item, OwnAccess, OwnReauth, Source,
};
use crate::snapshot::SourceId;

/// Name of canaries in `missing`.
const CANARIES: &str = "canaries";

/// Between two of Google's own clocks.
const SLACK: SignedDuration = SignedDuration::from_mins(5);

/// Bounds of a session length that experiments have set; either may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bracket {
    /// A grant of this age was still refreshed.
    pub at_least: Option<SignedDuration>,
    /// A grant of this age was refused.
    pub at_most: Option<SignedDuration>,
}

impl Bracket {
    /// What both say.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            at_least: self.at_least.max(other.at_least),
            at_most: match (self.at_most, other.at_most) {
                (Some(one), Some(another)) => Some(one.min(another)),
                (one, another) => one.or(another),
            },
        }
    }

    /// Whether a session of that length goes with it.
    #[must_use]
    pub fn admits(&self, length: SessionLength) -> bool {
        let length = length.duration();
        self.at_least.is_none_or(|least| least <= length + SLACK)
            && self.at_most.is_none_or(|most| length <= most + SLACK)
    }
}

/// One conclusion, and what it rests on.
#[derive(Debug, Clone)]
pub(super) struct Conclusion<T> {
    pub(super) value: T,
    pub(super) strength: Strength,
    pub(super) items: BTreeSet<Arc<Item>>,
}

/// What experiments say about one org unit.
#[derive(Debug, Clone, Default)]
pub(super) struct Findings {
    pub(super) reauth: Vec<Conclusion<Reauth>>,
    pub(super) exempt: Vec<Conclusion<bool>>,
    pub(super) bracket: Bracket,
    pub(super) bracket_items: BTreeSet<Arc<Item>>,
}

impl Findings {
    /// Takes in what was found out below, where the same is in force.
    pub(super) fn join(&mut self, other: Self) {
        self.reauth.extend(other.reauth);
        self.exempt.extend(other.exempt);
        self.bracket = self.bracket.and(other.bracket);
        self.bracket_items.extend(other.bracket_items);
    }
}

/// A canary whose user is where the directory says, and whose session only the console decides over.
#[derive(Debug)]
struct Placed<'e> {
    canary: &'e Canary,
    /// When its user was last moved: what was tried before that was tried elsewhere.
    moved: Option<Timestamp>,
    trusted: Truth,
    /// The last thing that may have changed its client's level.
    level_changed: Option<Timestamp>,
}

/// Canaries by org unit.
#[derive(Debug, Default)]
pub(super) struct Experiments<'e> {
    by_unit: BTreeMap<UnitIndex, Vec<Placed<'e>>>,
    overrides_seen: Vec<Attestation>,
    /// Canaries that count for nothing, and why.
    notices: Vec<String>,
    doubt: Option<Gap>,
}

/// What the operator said when adding canaries whose client was made for this: it has no level anywhere.
pub(super) fn clients_without_a_level(canaries: &[Canary]) -> Vec<Attestation> {
    let untrusted = canaries.iter().filter(|canary| canary.role == CanaryRole::Untrusted);
    let value = |canary: &Canary| AttestedValue::AppAccess {
        app: AppRef::Client(canary.client.clone()),
        level: OwnAccess::Unconfigured,
    };
    untrusted.map(|canary| said_when_added(canary, OrgUnitPath::root(), value(canary), Below::Inherit)).collect()
}

fn said_when_added(canary: &Canary, org_unit: OrgUnitPath, value: AttestedValue, below: Below) -> Attestation {
    Attestation {
        org_unit,
        value,
        below,
        attested_by: canary.user.clone(),
        attested_at: canary.stated_at,
        expires_at: None,
        note: None,
        locator: format!("canary {}", canary.id),
    }
}

/// One try that counts, and how far.
#[derive(Debug, Clone)]
struct Seen<'p, 'e> {
    of: &'p Placed<'e>,
    one: &'p CanaryTry,
    strength: Strength,
}

impl<'e> Experiments<'e> {
    /// Brings canaries to org units. `levels` gives the access levels of a canary's client.
    pub(super) fn new(
        evidence: &'e Evidence,
        tree: &OrgTree,
        bindings: &Bindings<'_>,
        whereabouts: &Whereabouts<'_>,
        levels: &dyn Fn(&ClientId) -> Levels,
    ) -> Self {
        let mut known: BTreeMap<&ClientId, Levels> = BTreeMap::new();
        let doubt = evidence.lost_canaries.as_ref().map(|counts| Gap {
            fact: CANARIES.into(),
            why: format!("{counts}; those that are lost may contradict what else is known"),
            supply: "collect the snapshot again, or copy it again from where it came".to_owned(),
        });
        let mut experiments = Self { doubt, ..Self::default() };
        for canary in evidence.canaries.iter().filter(|canary| canary.below == Below::Inherit) {
            // Of its own org unit this says nothing; only what lies below is taken from it.
            let value = AttestedValue::Session(AttestedSession::only(OwnReauth::Inherit));
            let seen = said_when_added(canary, canary.org_unit.clone(), value, Below::Inherit);
            experiments.overrides_seen.push(seen);
        }
        for canary in &evidence.canaries {
            let counts_for_nothing = |why: &str| format!("canary {} counts for nothing: {why}", canary.id);
            let user = whereabouts.find(canary.user_id.as_deref(), Some(&canary.user));
            let Some(Whereabout { account, moved }) = user.filter(|user| user.account.state == AccountState::Active)
            else {
                let why = format!("the directory does not show {} as an account in use", canary.user);
                experiments.notices.push(counts_for_nothing(&why));
                continue;
            };
            let Some(unit) = account.org_unit.as_ref().and_then(|path| tree.find(path)) else {
                let why = format!("in which org unit {} is, is not known", canary.user);
                experiments.notices.push(counts_for_nothing(&why));
                continue;
            };
            let rule = bindings.rule(account, &canary.client);
            if rule.deciders != Some(BTreeSet::from([Decider::Console])) {
                let why = rule.gap.map_or_else(
                    || format!("an Access Context Manager binding decides over the session of {}", canary.user),
                    |gap| format!("{}; {}", gap.why, gap.supply),
                );
                experiments.notices.push(counts_for_nothing(&why));
                continue;
            }
            if let Some(CanaryTry { outcome: CanaryOutcome::Inconclusive(outcome), .. }) = canary.tries.last() {
                experiments.notices.push(format!(
                    "canary {} was last tried in vain ({outcome}); see `gwsaudit canary list`, and authorise it anew with \
                     `gwsaudit canary add` if its grant is gone",
                    canary.id
                ));
            }
            let levels = known.entry(&canary.client).or_insert_with(|| levels(&canary.client));
            let (Some(level), Some(level_changed)) = (levels.in_force.get(unit), levels.last_changes.get(unit)) else {
                continue;
            };
            experiments.by_unit.entry(unit).or_default().push(Placed {
                canary,
                moved,
                trusted: level.truth(|level| *level == Access::Trusted),
                level_changed: *level_changed,
            });
        }
        experiments
    }

    /// Why what the rest proves is not proven all the same: a canary that was lost may contradict it.
    pub(super) fn doubt(&self) -> Option<&Gap> {
        self.doubt.as_ref()
    }

    /// Remarks on canaries that count for nothing.
    pub(super) fn notices(&self) -> &[String] {
        &self.notices
    }

    /// Whether a canary measures this org unit itself.
    pub(super) fn measures(&self, unit: UnitIndex) -> bool {
        self.by_unit.contains_key(&unit)
    }

    /// What was seen when canaries were added: org units below which none overrides.
    pub(super) fn overrides_seen(&self) -> &[Attestation] {
        &self.overrides_seen
    }

    /// What they say about an org unit whose setting in force may last have changed then.
    pub(super) fn at(&self, unit: UnitIndex, last_change: Option<Timestamp>, horizon: Horizon) -> Findings {
        let Some(placed) = self.by_unit.get(&unit) else { return Findings::default() };
        let mut seen: Vec<Seen<'_, 'e>> = Vec::new();
        for of in placed {
            let counts = |one: &&CanaryTry| of.moved.is_none_or(|moved| moved < one.at) && one.at <= horizon.as_of;
            for one in of.canary.tries.iter().filter(counts) {
                seen.extend(strength_of(one.at, last_change, horizon).map(|strength| Seen { of, one, strength }));
            }
        }
        conclude(&seen)
    }
}

/// How far a try goes: not at all where the log does not watch over the time since, or shows a change.
fn strength_of(at: Timestamp, last_change: Option<Timestamp>, horizon: Horizon) -> Option<Strength> {
    let watched_from = horizon.log?.from.checked_add(PROPAGATION).ok()?;
    if at < watched_from || last_change.is_some_and(|change| at <= change) {
        None
    } else if had_settled(last_change, PROPAGATION, at) {
        Some(Strength::Proven)
    } else {
        Some(Strength::Presumed)
    }
}

impl Seen<'_, '_> {
    fn refused(&self) -> bool {
        self.one.outcome == CanaryOutcome::SessionOver
    }

    fn refreshed(&self) -> bool {
        self.one.outcome == CanaryOutcome::Refreshed
    }

    /// Whether its client was Trusted when it was tried, as far as its level has not changed about then.
    fn trusted(&self) -> Truth {
        if had_settled(self.of.level_changed, PROPAGATION, self.one.at) { self.of.trusted } else { Truth::Unknown }
    }

    fn item(&self) -> Arc<Item> {
        let canary = self.of.canary;
        let age = humane_duration(self.one.age());
        let outcome = if self.refreshed() { "was refreshed" } else { "was refused: its session was over" };
        Arc::new(Item {
            at: Some(self.one.at),
            source: Source::Google(SourceId::Canaries),
            locator: format!("canary {}", canary.id),
            says: format!(
                "the {} canary {} of {} {outcome}, {age} after its user signed in to authorise it; no binding decides for \
                 its user, and the log shows no change since",
                canary.role, canary.id, canary.user
            ),
            actor: Some(canary.user.to_string()),
        })
    }
}

fn conclude(seen: &[Seen<'_, '_>]) -> Findings {
    let mut findings = Findings::default();
    let refusals = || seen.iter().filter(|seen| seen.refused());
    let survivals = || seen.iter().filter(|seen| seen.refreshed());

    // The last refusal of each strength says that it is required.
    for strength in [Strength::Presumed, Strength::Proven] {
        if let Some(last) = refusals().filter(|seen| seen.strength == strength).max_by_key(|seen| seen.one.at) {
            findings.reauth.push(Conclusion {
                value: Reauth::Required,
                strength,
                items: BTreeSet::from([last.item()]),
            });
        }
    }
    let longest = SessionLength::LONGEST.duration() + SLACK;
    let outlived = survivals()
        .filter(|seen| seen.one.age() > longest)
        .filter_map(|seen| Some((without_trust(seen)?.min(seen.strength), seen)))
        .max_by_key(|(strength, seen)| (*strength, seen.one.at));
    if let Some((strength, seen)) = outlived {
        findings.reauth.push(Conclusion { value: Reauth::NotRequired, strength, items: BTreeSet::from([seen.item()]) });
    }

    // The youngest grant that was refused bounds the session from above, the oldest one that was not from below, unless
    // it was spared.
    let shortest = refusals().filter(|seen| seen.strength == Strength::Proven).min_by_key(|seen| seen.one.age());
    let lasting = survivals()
        .filter(|seen| seen.strength == Strength::Proven && without_trust(seen) == Some(Strength::Proven))
        .max_by_key(|seen| seen.one.age());
    if let Some(shortest) = shortest {
        findings.bracket.at_most = Some(shortest.one.age());
        findings.bracket_items.insert(shortest.item());
    }
    if let Some(lasting) = lasting {
        findings.bracket.at_least = Some(lasting.one.age());
        findings.bracket_items.insert(lasting.item());
    }

    // Who outlives a session that another did not is spared, and only trusted apps are.
    if let Some(refused) = refusals().min_by_key(|seen| (seen.strength < Strength::Proven, seen.one.age())) {
        let spared = survivals()
            .filter(|seen| seen.one.age() > refused.one.age() + SLACK)
            .max_by_key(|seen| (seen.strength, seen.one.at));
        if let Some(spared) = spared {
            findings.exempt.push(Conclusion {
                value: true,
                strength: spared.strength.min(refused.strength),
                items: BTreeSet::from([spared.item(), refused.item()]),
            });
        }
    }
    let trusted_refusal = refusals()
        .filter_map(|seen| match seen.trusted() {
            Truth::TrueProven => Some((seen.strength, seen)),
            Truth::TruePresumed => Some((Strength::Presumed, seen)),
            Truth::Unknown | Truth::FalsePresumed | Truth::FalseProven => None,
        })
        .max_by_key(|(strength, seen)| (*strength, seen.one.at));
    if let Some((strength, seen)) = trusted_refusal {
        findings.exempt.push(Conclusion { value: false, strength, items: BTreeSet::from([seen.item()]) });
    }
    findings
}

/// How sure it is that no exemption could spare the client.
fn without_trust(seen: &Seen<'_, '_>) -> Option<Strength> {
    match seen.trusted() {
        Truth::FalseProven => Some(Strength::Proven),
        Truth::FalsePresumed => Some(Strength::Presumed),
        Truth::Unknown | Truth::TruePresumed | Truth::TrueProven => None,
    }
}
