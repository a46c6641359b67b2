//! One subject's outcome: the condition over every world that may be in force.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::scope::SubjectScope;
use super::subjects::Inputs;
use crate::checks::language::inputs::Trace;
use crate::checks::language::{Declared, Expression, Root, Template};
use crate::checks::verdict::{Outcome, unread};
use crate::domain::{CheckId, SettingType};
use crate::facts::{Facts, Gap, Truth};
use crate::policy::{Doubt, Effective, Openness, World, Worlds};
use crate::snapshot::SourceId;

/// More combinations of worlds are not tried; what is in force is then unknown.
const MOST_COMBINATIONS: usize = 64;

const READ_WHO_IS_WHO: &str = "make groups, members and licences readable for the audit, then run it again";

/// What is in force of each setting that a check reads, in the order of [`Rule::settings`].
pub(super) type InForce = Vec<Arc<Effective>>;

/// A check's expressions, and the settings that they read.
pub(super) struct Rule<'c> {
    /// The check's id.
    pub(super) check: &'c CheckId,
    pub(super) condition: &'c Expression,
    pub(super) not_applicable: Option<&'c Expression>,
    message: &'c Template,
    pub(super) settings: Vec<SettingType>,
    /// Everything else that they read.
    pub(super) reads: BTreeSet<Root>,
    /// Fields of what else they read.
    pub(super) fields: BTreeSet<(Root, Arc<str>)>,
    /// What they look up in the log.
    pub(super) log_settings: BTreeSet<Arc<str>>,
    pub(super) log_events: BTreeSet<Arc<str>>,
}

/// How a subject fares, and what is to be said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fared {
    pub(super) applicable: Truth,
    pub(super) healthy: Truth,
    pub(super) trace: Trace,
    /// The check's message, where it fails.
    pub(super) message: Option<String>,
}

impl Fared {
    /// Nobody asked.
    pub(super) fn nothing() -> Self {
        Self { applicable: Truth::Unknown, healthy: Truth::Unknown, trace: Trace::default(), message: None }
    }

    /// How everybody of two parts fares: the question arises where it arises for one, and all is well where it is for
    /// both.
    pub(super) fn and(self, other: &Self) -> Self {
        let well = |fared: &Self| !fared.applicable | fared.healthy;
        let (applicable, healthy) = (self.applicable | other.applicable, well(&self) & well(other));
        self.joined(other, applicable, healthy)
    }

    /// How somebody fares who is in one of two places, nobody knows which.
    pub(super) fn or_else(self, other: &Self) -> Self {
        let applicable = self.applicable.in_either_case(other.applicable);
        let healthy = self.healthy.in_either_case(other.healthy);
        self.joined(other, applicable, healthy)
    }

    /// Two that come to this together: it rests on what both rest on.
    fn joined(mut self, other: &Self, applicable: Truth, healthy: Truth) -> Self {
        self.trace.extend(other.trace.clone());
        Self { applicable, healthy, trace: self.trace, message: self.message.or_else(|| other.message.clone()) }
    }

    /// What it amounts to.
    pub(super) fn outcome(&self) -> Outcome {
        let mut outcome = Outcome::new(self.applicable, self.healthy);
        outcome.evidence.clone_from(&self.trace.items);
        outcome.disputed.clone_from(&self.trace.disputed);
        outcome.gaps.clone_from(&self.trace.gaps);
        outcome
    }
}

impl<'c> Rule<'c> {
    /// `None` for a check that a person has to make.
    pub(super) fn of(declared: &'c Declared) -> Option<Self> {
        let (condition, message) = (declared.condition()?, declared.message()?);
        let not_applicable = declared.not_applicable.as_ref();
        let all = [Some(condition.reads()), not_applicable.map(Expression::reads), Some(message.reads())];
        let settings: BTreeSet<SettingType> =
            all.iter().flatten().flat_map(|reads| reads.settings.iter().cloned()).collect();
        Some(Self {
            check: &declared.id,
            condition,
            not_applicable,
            message,
            settings: settings.into_iter().collect(),
            reads: all.iter().flatten().flat_map(|reads| reads.roots.iter().copied()).collect(),
            fields: all.iter().flatten().flat_map(|reads| reads.fields.iter().cloned()).collect(),
            log_settings: all.iter().flatten().flat_map(|reads| reads.log_settings.iter().cloned()).collect(),
            log_events: all.iter().flatten().flat_map(|reads| reads.log_events.iter().cloned()).collect(),
        })
    }

    /// How a subject fares with these settings in force.
    pub(super) fn evaluate(&self, facts: &Facts, in_force: &InForce, inputs: &Inputs<'_>) -> Fared {
        let mut gaps = Trace::default();
        let mut choices: Vec<Vec<Option<&World>>> = Vec::new();
        for (setting, effective) in self.settings.iter().zip(in_force) {
            choices.push(match &effective.worlds {
                Worlds::Known(worlds) => worlds.iter().map(Some).collect(),
                Worlds::Open { why, .. } => {
                    gaps.gaps.insert(open(facts, setting, why));
                    vec![None]
                }
            });
            if choices.last().is_some_and(|worlds| worlds.len() != 1 || worlds.contains(&None)) {
                gaps.gaps.extend(effective.doubts.iter().map(|doubt| doubtful(facts, setting, doubt)));
            }
        }
        if choices.iter().map(Vec::len).product::<usize>() > MOST_COMBINATIONS {
            for worlds in choices.iter_mut().filter(|worlds| worlds.len() > 1) {
                *worlds = vec![None];
            }
        }
        let mut combination = vec![0; choices.len()];
        let mut fared: Option<Fared> = None;
        loop {
            let worlds: Vec<(&SettingType, Option<&World>)> = self
                .settings
                .iter()
                .zip(&choices)
                .zip(&combination)
                .map(|((setting, worlds), nth)| (setting, worlds[*nth]))
                .collect();
            let one = self.in_one_world(facts, &worlds, inputs);
            fared = Some(match fared {
                None => one,
                Some(before) => before.or_else(&one),
            });
            if !advance(&mut combination, &choices) {
                break;
            }
        }
        let mut fared = fared.expect("there is at least one combination");
        fared.trace.extend(gaps);
        fared
    }

    /// How a subject may fare in an org unit that could not be listed, where nobody knows what is in force; `None` where
    /// all are listed.
    pub(super) fn where_nobody_looked(&self, facts: &Facts, inputs: &Inputs<'_>) -> Option<Fared> {
        let gap = unread(SourceId::OrgUnits, &facts.evidence)?;
        let worlds: Vec<(&SettingType, Option<&World>)> = self.settings.iter().map(|setting| (setting, None)).collect();
        let of_the_unit = self.reads.contains(&Root::OrgUnit) || self.reads.contains(&Root::Log);
        let mut fared = if of_the_unit { Fared::nothing() } else { self.in_one_world(facts, &worlds, inputs) };
        if of_the_unit || !worlds.is_empty() {
            fared.trace.gaps.insert(gap);
        }
        Some(fared)
    }

    fn in_one_world(&self, facts: &Facts, worlds: &[(&SettingType, Option<&World>)], inputs: &Inputs<'_>) -> Fared {
        let scope = SubjectScope { facts, worlds, inputs, trace: RefCell::default() };
        let applicable = match self.not_applicable {
            Some(expression) => !expression.evaluate(&scope).truth(),
            None => Truth::TrueProven,
        };
        // A question that does not arise rests on what says so, not on the answer that it would have.
        let healthy =
            if applicable == Truth::FalseProven { Truth::Unknown } else { self.condition.evaluate(&scope).truth() };
        let trace = scope.trace.take();
        let message = (applicable & !healthy).is_true().then(|| self.message.render(&scope));
        Fared { applicable, healthy, trace, message }
    }
}

/// The next combination, if there is one.
fn advance(combination: &mut [usize], choices: &[Vec<Option<&World>>]) -> bool {
    for (nth, worlds) in combination.iter_mut().zip(choices) {
        if *nth + 1 < worlds.len() {
            *nth += 1;
            return true;
        }
        *nth = 0;
    }
    false
}

fn open(facts: &Facts, setting: &SettingType, why: &Openness) -> Gap {
    let fact = setting.to_string().into();
    match why {
        // One cause for all settings, so it is told once.
        Openness::Listing(_) => unread(SourceId::Policies, &facts.evidence).unwrap_or_else(|| Gap {
            fact: SourceId::Policies.as_str().into(),
            why: "the list of policies is not one that a tenant can have".to_owned(),
            supply: "run the audit again; if it stays so, ask Google's support about the Policy API".to_owned(),
        }),
        Openness::Unreadable(policies) => {
            let names: Vec<&str> = policies
                .iter()
                .take(3)
                .map(|policy| facts.evidence.populace.policies.record(*policy).name.as_str())
                .collect();
            Gap {
                fact,
                why: format!("{} cannot be read, and might decide it", names.join(", ")),
                supply: "look at the setting in the Admin console, and report the policy's shape to this project"
                    .to_owned(),
            }
        }
        Openness::Doubts(n) => Gap {
            fact,
            why: format!("of {n} policies it is not known whether they apply"),
            supply: READ_WHO_IS_WHO.to_owned(),
        },
    }
}

fn doubtful(facts: &Facts, setting: &SettingType, doubt: &Doubt) -> Gap {
    let record = facts.evidence.populace.policies.record(doubt.policy);
    let whys: Vec<String> = doubt.why.iter().map(ToString::to_string).collect();
    Gap {
        fact: setting.to_string().into(),
        why: format!("whether {} applies is not known: {}", record.name, whys.join("; ")),
        supply: READ_WHO_IS_WHO.to_owned(),
    }
}
