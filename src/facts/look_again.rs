//! Which org units an administrator has to look at again: their own setting was known, or changed, and is not proven now.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::app_access::APP_ACCESS;
use super::apps::AppFacts;
use super::cloud_session::CLOUD_SESSION_CONTROL;
use super::org_tree::OrgTree;
use super::track::{Own, Slot};
use crate::domain::{AppId, OrgUnitPath};
use crate::facts::Strength;

/// One page to look at again, for one org unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LookAgain {
    /// [`CLOUD_SESSION_CONTROL`] or [`APP_ACCESS`].
    pub setting: &'static str,
    /// Where.
    pub org_unit: OrgUnitPath,
    /// Which app; `None` for session control.
    pub app: Option<AppId>,
    /// Why what was known is not proven any more.
    pub why: String,
    /// When that came about; `None` where nothing is at hand.
    pub since: Option<Timestamp>,
    /// Who did it, where the log names somebody.
    pub by: Option<String>,
}

/// Why an org unit's own setting is not proven.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct OwnDoubt {
    pub(super) why: String,
    pub(super) since: Option<Timestamp>,
    pub(super) by: Option<String>,
}

impl OwnDoubt {
    /// `None` where the value is proven, and where nothing at all is known of it.
    pub(super) fn of<T>(own: &Own<T>) -> Option<Self> {
        match &own.slot {
            Slot::Nothing => return None,
            Slot::Among(values, Strength::Proven) if values.len() == 1 => return None,
            Slot::Among(..) | Slot::Overtaken | Slot::Lapsed | Slot::Conflict => {}
        }
        let last = own.evidence.last();
        Some(Self {
            why: own.why.clone().unwrap_or_else(|| "it is not known for certain".to_owned()),
            since: last.and_then(|item| item.at),
            by: last.and_then(|item| item.actor.clone()),
        })
    }

    /// Of an org unit with nothing above it, about which nobody has said anything.
    pub(super) fn never_looked_at() -> Self {
        Self {
            why: "nobody has attested it yet, and no event in the log at hand tells".to_owned(),
            since: None,
            by: None,
        }
    }
}

/// The list, sorted.
pub(super) fn gather(tree: &OrgTree, sessions: Vec<Option<OwnDoubt>>, apps: &[AppFacts]) -> Vec<LookAgain> {
    let mut list = at_org_units(tree, CLOUD_SESSION_CONTROL, None, sessions);
    for app in apps {
        list.extend(at_org_units(tree, APP_ACCESS, Some(&app.definition.id), app.own_doubts.clone()));
    }
    list.sort();
    list
}

/// A doubt that all org units share needs one look: at the root, and at what the page marks as overriding.
fn at_org_units(
    tree: &OrgTree,
    setting: &'static str,
    app: Option<&AppId>,
    doubts: Vec<Option<OwnDoubt>>,
) -> Vec<LookAgain> {
    let mut shared: BTreeMap<&OwnDoubt, usize> = BTreeMap::new();
    for doubt in doubts.iter().flatten() {
        *shared.entry(doubt).or_default() += 1;
    }
    let everywhere: Option<OwnDoubt> = shared
        .iter()
        .find(|(_, units)| **units > 1 && **units == tree.units().len())
        .map(|(doubt, _)| (*doubt).clone());
    let entry = |org_unit: OrgUnitPath, doubt: OwnDoubt| LookAgain {
        setting,
        org_unit,
        app: app.cloned(),
        why: doubt.why,
        since: doubt.since,
        by: doubt.by,
    };
    if let Some(mut doubt) = everywhere {
        doubt.why = format!(
            "{}; this goes for every org unit, so look also for those that the page marks as overriding",
            doubt.why
        );
        return vec![entry(OrgUnitPath::root(), doubt)];
    }
    doubts.into_iter().enumerate().filter_map(|(unit, doubt)| Some(entry(tree.path(unit).clone(), doubt?))).collect()
}
