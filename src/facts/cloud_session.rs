//! Google Cloud session control for every org unit: own settings replayed, then inherited down the tree.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::experiments::{Bracket, Conclusion, Experiments, Findings};
use super::fact::{Fact, Gap, Origin, Standing, Strength};
use super::look_again::OwnDoubt;
use super::org_tree::UnitIndex;
use super::placed::Placing;
use super::session_replay::{OwnSession, replay};
use super::supposed::Supposed;
use super::track::{Horizon, Own, Question, Slot};
use crate::domain::{OrgUnitPath, SessionLength};
use crate::evidence::{AttestedValue, Change, Item, OwnReauth, ReauthMethod, SESSION_CONTROL_MENU};

/// Name of this setting in `missing` and `unread_events`.
pub const CLOUD_SESSION_CONTROL: &str = "cloud-session-control";

/// Whether users must reauthenticate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reauth {
    /// Never.
    NotRequired,
    /// After each session length.
    Required,
}

impl Reauth {
    /// What an org unit's own choice amounts to; `None` where it inherits.
    fn of(own: OwnReauth) -> Option<Self> {
        match own {
            OwnReauth::Inherit => None,
            OwnReauth::NotRequired => Some(Self::NotRequired),
            OwnReauth::Required => Some(Self::Required),
        }
    }
}

/// Google Cloud session control in force for an org unit.
#[derive(Debug, Clone)]
pub struct SessionControl {
    /// Whether reauthentication is required.
    pub reauth: Fact<Reauth>,
    /// Whether *Exempt trusted apps* is ticked.
    pub exempt: Fact<bool>,
    /// Session length.
    pub frequency: Fact<SessionLength>,
    /// Method.
    pub method: Fact<ReauthMethod>,
    /// What experiments say of the session length.
    pub bracket: Bracket,
}

impl SessionControl {
    /// Whether any part of it is in conflict.
    #[must_use]
    pub fn in_conflict(&self) -> bool {
        self.reauth.in_conflict()
            || self.exempt.in_conflict()
            || self.frequency.in_conflict()
            || self.method.in_conflict()
    }

    /// The evidence that contradicts itself, where it does.
    #[must_use]
    pub fn sides(&self) -> BTreeSet<&Item> {
        let settings = self.reauth.sides().chain(self.exempt.sides());
        settings.chain(self.frequency.sides()).chain(self.method.sides()).map(Arc::as_ref).collect()
    }

    fn unknown() -> Self {
        Self {
            reauth: Fact::unknown(),
            exempt: Fact::unknown(),
            frequency: Fact::unknown(),
            method: Fact::unknown(),
            bracket: Bracket::default(),
        }
    }

    /// What is in force where either this or the other is, and it is open which. Where one of them never asks for
    /// reauthentication, what else the page says is the other's.
    fn or_else(self, other: Self) -> Self {
        let asks = |control: &Self| control.reauth.value() != Some(&Reauth::NotRequired);
        match (asks(&self), asks(&other)) {
            (true, false) => Self { reauth: self.reauth.or_else(other.reauth), ..self },
            (false, true) => Self { reauth: self.reauth.or_else(other.reauth), ..other },
            (true, true) | (false, false) => Self {
                reauth: self.reauth.or_else(other.reauth),
                exempt: self.exempt.or_else(other.exempt),
                frequency: self.frequency.or_else(other.frequency),
                method: self.method.or_else(other.method),
                bracket: if self.bracket == other.bracket { self.bracket } else { Bracket::default() },
            },
        }
    }

    /// What experiments found out supports a setting, settles it, or contradicts it.
    fn confront(&mut self, findings: &Findings, path: &OrgUnitPath) {
        let contradiction = |what: &str| Gap {
            fact: CLOUD_SESSION_CONTROL.into(),
            why: format!("{what} at {path}: what canaries show does not go with what else is known"),
            supply: format!("open {SESSION_CONTROL_MENU}, select {path}, and attest what the page shows"),
        };
        for found in &findings.reauth {
            confront(&mut self.reauth, found, || contradiction("reauthentication"));
        }
        if self.reauth.value() != Some(&Reauth::NotRequired) {
            for found in &findings.exempt {
                confront(&mut self.exempt, found, || contradiction("Exempt trusted apps"));
            }
            if self.frequency.value().is_some_and(|length| !findings.bracket.admits(*length)) {
                self.frequency.standing = Standing::Conflict;
                self.frequency.evidence.extend(findings.bracket_items.iter().cloned());
                self.frequency.gaps.insert(contradiction("session length"));
            }
            self.bracket = self.bracket.and(findings.bracket);
        }
    }

    /// Nothing of it is proven any more.
    fn doubt(&mut self, gap: &Gap) {
        self.reauth.cap(Strength::Presumed);
        self.exempt.cap(Strength::Presumed);
        self.frequency.cap(Strength::Presumed);
        self.method.cap(Strength::Presumed);
        self.reauth.gaps.insert(gap.clone());
        self.exempt.gaps.insert(gap.clone());
    }

    fn parts(&mut self, mut change: impl FnMut(&mut dyn Part)) {
        change(&mut self.reauth);
        change(&mut self.exempt);
        change(&mut self.frequency);
        change(&mut self.method);
    }
}

fn confront<T: Ord + Clone>(fact: &mut Fact<T>, found: &Conclusion<T>, contradiction: impl Fn() -> Gap) {
    let before = std::mem::replace(fact, Fact::unknown());
    let left = BTreeSet::from([found.value.clone()]);
    *fact = before.confronted_with(&left, found.strength, found.items.iter().cloned(), contradiction);
}

/// What inheritance does to each part alike.
trait Part {
    fn inherit(&mut self, from: Option<&OrgUnitPath>, cap: Strength, why: &dyn Fn() -> Option<Gap>);
    fn add_evidence(&mut self, items: &BTreeSet<Arc<Item>>);
}

impl<T> Part for Fact<T> {
    fn inherit(&mut self, from: Option<&OrgUnitPath>, cap: Strength, why: &dyn Fn() -> Option<Gap>) {
        self.cap(cap);
        if let Some(above) = from {
            self.pass_down(above);
        }
        self.gaps.extend(why());
    }

    fn add_evidence(&mut self, items: &BTreeSet<Arc<Item>>) {
        self.evidence.extend(items.iter().cloned());
    }
}

/// Session control for every org unit, in the tree's order.
pub(super) struct Sessions {
    pub(super) in_force: Vec<SessionControl>,
    /// Why an org unit's own page has to be looked at again.
    pub(super) own_doubts: Vec<Option<OwnDoubt>>,
}

/// Derives the setting for every org unit, in the tree's order.
#[must_use]
pub(super) fn derive(
    placing: &Placing<'_>,
    horizon: Horizon,
    experiments: &Experiments<'_>,
    supposed: &Supposed<'_>,
) -> Sessions {
    let events = placing.place_events(|event| match &event.change {
        Change::Session { unit, .. } => Some(unit),
        Change::Access { .. } | Change::Tree(_) | Change::UserMoved { .. } | Change::TokensEnded { .. } => None,
    });
    let baselines = placing.place_attestations(
        |attestation| matches!(attestation.value, AttestedValue::Session(_)).then_some(()),
        placing.attestations(),
    );
    let tree = placing.tree();
    let covered = placing.place_attestations(|_| Some(()), experiments.overrides_seen());
    let order = tree.top_down();
    let mut replayed: Vec<Option<OwnSession>> = (0..tree.units().len()).map(|_| None).collect();
    for unit in &order {
        // What was said of the org units below a canary leaves out those with canaries of their own.
        let covered = (!experiments.measures(*unit)).then_some(&covered);
        let mut own = supposed.page(*unit, replay(*unit, placing, &events, &baselines, covered, horizon));
        // What happens above bears on what is in force here.
        let above = tree.parent(*unit).and_then(|parent| replayed[parent].as_ref()).and_then(|above| above.last_change);
        own.last_change = own.last_change.max(above);
        replayed[*unit] = Some(own);
    }
    let mut findings: Vec<Findings> = replayed
        .iter()
        .enumerate()
        .map(|(unit, own)| experiments.at(unit, own.as_ref().and_then(|own| own.last_change), horizon))
        .collect();
    // What was found out where a setting is surely inherited was found out about the org unit above as well.
    for unit in order.iter().rev() {
        let surely = replayed[*unit].as_ref().is_some_and(|own| own.reauth.is_surely(&OwnReauth::Inherit));
        if let Some(parent) = tree.parent(*unit).filter(|_| surely) {
            let lifted = findings[*unit].clone();
            findings[parent].join(lifted);
        }
    }
    let mut in_force: Vec<Option<SessionControl>> = vec![None; tree.units().len()];
    let mut own_doubts = vec![None; tree.units().len()];
    for unit in order {
        let Some(own) = replayed[unit].take() else { continue };
        own_doubts[unit] = own.doubt().or_else(|| {
            (own.reauth.slot == Slot::Nothing && tree.parent(unit).is_none()).then(OwnDoubt::never_looked_at)
        });
        let above = tree.parent(unit).and_then(|parent| in_force[parent].clone().map(|control| (parent, control)));
        let guessed = own.reauth.slot == Slot::Nothing;
        let mut control = combine(unit, own, above, placing);
        for found in findings[unit].reauth.iter().filter(|_| guessed) {
            control.reauth = control.reauth.unless_refuted_by(&BTreeSet::from([found.value]));
        }
        control.confront(&findings[unit], tree.path(unit));
        // Of what nobody set yet no experiment says anything.
        if let Some(gap) = experiments.doubt().filter(|_| !supposed.holds_page_of(unit)) {
            control.doubt(gap);
        }
        if tree.parent(unit).is_none() {
            // Nothing lies above it.
            control.reauth.origin = Origin::Own;
        }
        in_force[unit] = Some(control);
    }
    let in_force = in_force.into_iter().map(|control| control.unwrap_or_else(SessionControl::unknown)).collect();
    Sessions { in_force, own_doubts }
}

fn combine(
    unit: UnitIndex,
    own: OwnSession,
    above: Option<(UnitIndex, SessionControl)>,
    placing: &Placing<'_>,
) -> SessionControl {
    let path = placing.tree().path(unit);
    let about = format!("Google Cloud session control at {path}");
    let supply = format!("open {SESSION_CONTROL_MENU}, select {path}, and attest what the page shows");
    let question = Question { fact: CLOUD_SESSION_CONTROL, about: &about, supply: &supply };
    let (choices, strength) = match own.reauth.slot.clone() {
        Slot::Among(choices, strength) => (choices, strength),
        Slot::Nothing => return inherit(&own, above, Strength::Presumed, &question, placing),
        Slot::Overtaken | Slot::Lapsed | Slot::Conflict => {
            let open = Own {
                slot: if own.reauth.slot == Slot::Conflict { Slot::Conflict } else { Slot::Overtaken },
                evidence: own.reauth.evidence,
                why: own.reauth.why,
            };
            // What is said of one page belongs together: where the one part is in doubt, the others are not proven.
            return SessionControl {
                reauth: own_fact(open, &question),
                exempt: beside_a_doubt(own.exempt, &question),
                frequency: beside_a_doubt(own.frequency, &question),
                method: beside_a_doubt(own.method, &question),
                bracket: Bracket::default(),
            };
        }
    };
    let inherited = choices.contains(&OwnReauth::Inherit).then(|| inherit(&own, above, strength, &question, placing));
    let of_its_own: BTreeSet<Reauth> = choices.iter().filter_map(|choice| Reauth::of(*choice)).collect();
    if of_its_own.is_empty() {
        return inherited.unwrap_or_else(SessionControl::unknown);
    }
    let direct = SessionControl {
        reauth: Fact {
            standing: Standing::among(of_its_own, strength),
            gaps: own.reauth.why.iter().map(|why| question.gap(format!("{about}: {why}"))).collect(),
            evidence: own.reauth.evidence,
            origin: Origin::Own,
        },
        exempt: own_fact(own.exempt, &question),
        frequency: own_fact(own.frequency, &question),
        method: own_fact(own.method, &question),
        bracket: Bracket::default(),
    };
    match inherited {
        None => direct,
        Some(inherited) => direct.or_else(inherited),
    }
}

/// Another part of a page in doubt: known no better than presumed, and where nothing is known of it, no gap of its own.
fn beside_a_doubt<T: Ord>(own: Own<T>, question: &Question<'_>) -> Fact<T> {
    match own.slot {
        Slot::Nothing => Fact::unknown(),
        Slot::Among(..) | Slot::Overtaken | Slot::Lapsed | Slot::Conflict => {
            own_fact(own, question).at_most(Strength::Presumed)
        }
    }
}

/// An own value as a fact, nothing inherited.
fn own_fact<T: Ord>(own: Own<T>, question: &Question<'_>) -> Fact<T> {
    let standing = match own.slot {
        Slot::Among(values, strength) => Standing::among(values, strength),
        Slot::Conflict => Standing::Conflict,
        Slot::Nothing | Slot::Overtaken | Slot::Lapsed => Standing::Unknown,
    };
    let why = own.why.unwrap_or_else(|| "no attestation tells, and the log never shows it".to_owned());
    let mut gaps = BTreeSet::new();
    if !matches!(standing, Standing::Known(_, Strength::Proven)) {
        gaps.insert(question.gap(format!("{}: {why}", question.about)));
    }
    Fact { standing, evidence: own.evidence, gaps, origin: Origin::Own }
}

fn inherit(
    own: &OwnSession,
    above: Option<(UnitIndex, SessionControl)>,
    cap: Strength,
    question: &Question<'_>,
    placing: &Placing<'_>,
) -> SessionControl {
    let Some((parent, mut control)) = above else {
        // The root has nothing to inherit from, and Google's default is documented in two ways.
        let mut control = SessionControl::unknown();
        let why = own.reauth.why.clone().unwrap_or_else(|| {
            "no attestation, and no event in the log at hand; both \"never\" and \"16 hours\" occur as defaults"
                .to_owned()
        });
        control.parts(|part| {
            part.inherit(None, cap, &|| Some(question.gap(format!("{}: {why}", question.about))));
            part.add_evidence(&own.reauth.evidence);
        });
        return control;
    };
    let why = own.reauth.why.as_deref().unwrap_or("nothing is known of the org unit itself");
    let presumed = || {
        (cap == Strength::Presumed)
            .then(|| question.gap(format!("{}: {why}, so it is presumed to inherit", question.about)))
    };
    control.parts(|part| {
        part.inherit(Some(placing.tree().path(parent)), cap, &presumed);
        part.add_evidence(&own.reauth.evidence);
    });
    control
}
