//! Access evaluations, brought to org units: what Google decided by shows how an app is configured.
//!
//! `APP_ACCESS_CONTROL` goes with every level that allows an app; `CONFIGURATION_SOURCE_UNSPECIFIED` goes with every level
//! but Trusted. Neither proves a level; both can contradict one.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::app_access::{APP_ACCESS, Access, Observation};
use super::at_hand::how_unread;
use super::fact::{Gap, Strength};
use super::org_tree::{OrgTree, UnitIndex};
use super::track::PROPAGATION;
use super::unread::UnreadEvents;
use super::whereabouts::Whereabouts;
use crate::domain::{ClientId, Email, OrgUnitPath};
use crate::evidence::{ConfigurationSource, Evaluation, Evidence};
use crate::snapshot::SourceId;

/// Name of this log in `missing`.
const ACCESS_EVALUATION: &str = "access-evaluation-log";

/// Evaluations by client and org unit of the user.
#[derive(Debug)]
pub(super) struct Evaluated<'e> {
    placed: HashMap<(&'e ClientId, UnitIndex), Vec<&'e Evaluation>>,
    doubt: Option<Gap>,
}

impl<'e> Evaluated<'e> {
    pub(super) fn new(evidence: &'e Evidence, tree: &OrgTree, whereabouts: &Whereabouts<'_>) -> Self {
        let mut placed: HashMap<(&ClientId, UnitIndex), Vec<&Evaluation>> = HashMap::new();
        for evaluation in &evidence.evaluations {
            let email = evaluation.email.as_deref().and_then(Email::from_google);
            let Some(user) = whereabouts.find(evaluation.profile_id.as_deref(), email.as_ref()) else { continue };
            // Where the user was before a move, no record tells.
            if user.moved.is_some_and(|moved| evaluation.at <= moved) {
                continue;
            }
            let unit = user.account.org_unit.as_ref().and_then(|path| tree.find(path));
            if let Some(unit) = unit {
                placed.entry((&evaluation.client, unit)).or_default().push(evaluation);
            }
        }
        Self { placed, doubt: doubt_of(evidence) }
    }

    /// Why a level that the rest proves is not proven all the same: evaluations may contradict it, and not all are at hand.
    pub(super) fn doubt(&self) -> Option<&Gap> {
        self.doubt.as_ref()
    }

    pub(super) fn observations(&self, client: &ClientId, unit: UnitIndex) -> Vec<Observation> {
        // Of each kind the latest speaks for all.
        let mut latest: BTreeMap<BTreeSet<Access>, &Evaluation> = BTreeMap::new();
        for evaluation in self.placed.get(&(client, unit)).into_iter().flatten() {
            let Some(left) = left_by(&evaluation.source) else { continue };
            let kept = latest.entry(left).or_insert(evaluation);
            *kept = (*evaluation).max(*kept);
        }
        latest
            .into_iter()
            .map(|(left, evaluation)| Observation {
                at: evaluation.at,
                lag: PROPAGATION,
                left,
                hint: Strength::Presumed,
                item: Arc::new(evaluation.item()),
            })
            .collect()
    }

    /// Evaluations of the audited clients by a configuration source that nobody documents.
    pub(super) fn unread(&self, tree: &OrgTree) -> BTreeMap<String, UnreadEvents> {
        let mut unread: BTreeMap<String, UnreadEvents> = BTreeMap::new();
        for ((client, unit), evaluations) in &self.placed {
            for evaluation in evaluations {
                if !matches!(evaluation.source, ConfigurationSource::Unknown(_)) {
                    continue;
                }
                let touch: (&'static str, Option<OrgUnitPath>, Option<String>) =
                    (APP_ACCESS, Some(tree.path(*unit).clone()), Some(client.to_string()));
                let entry = unread.entry(evaluation.name.clone()).or_insert_with(|| UnreadEvents::at(evaluation.at));
                entry.add(evaluation.at);
                entry.parameters.insert("configuration_source".to_owned());
                entry.touches.insert(touch);
            }
        }
        unread
    }
}

fn left_by(source: &ConfigurationSource) -> Option<BTreeSet<Access>> {
    match source {
        ConfigurationSource::AppAccessControl => {
            Some(BTreeSet::from([Access::Trusted, Access::Limited, Access::SpecificData]))
        }
        ConfigurationSource::Unspecified => {
            Some(Access::ALL.into_iter().filter(|access| *access != Access::Trusted).collect())
        }
        ConfigurationSource::AnotherWay(_) | ConfigurationSource::Unknown(_) => None,
    }
}

fn doubt_of(evidence: &Evidence) -> Option<Gap> {
    let (how, supply) = how_unread(evidence, SourceId::AccessEvaluationLog)?;
    let why = format!("the access-evaluation log, which may contradict what else is known, {how}");
    Some(Gap { fact: ACCESS_EVALUATION.into(), why, supply })
}
