//! A policy that nobody made yet, put among those that were read as saving the console's page would.
//!
//! Saving a page replaces the org unit's (or group's) own policy and keeps its place in the order. Where there is none yet,
//! the new one comes right above everything that is in force there now, and below what org units underneath have of
//! their own: so live tenants were seen to be ordered (200 and the depth). A group's comes above all others, which Google
//! documents nowhere for certain.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::ids::{GroupId, OrgUnitId};
use super::query::Query;
use super::sort_order::SortOrder;
use crate::domain::SettingType;
use crate::google::policies::Policy;

/// Whom it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SupposedFor {
    /// Users of an org unit.
    OrgUnit {
        /// The org unit and those above it, itself first.
        chain: Vec<OrgUnitId>,
        /// Those below it.
        below: BTreeSet<OrgUnitId>,
    },
    /// Members of a group.
    Group(GroupId),
}

impl SupposedFor {
    /// The group, where it is one.
    #[must_use]
    pub fn group(&self) -> Option<&GroupId> {
        match self {
            Self::OrgUnit { .. } => None,
            Self::Group(group) => Some(group),
        }
    }

    fn query(&self) -> String {
        match self {
            Self::OrgUnit { chain, .. } => {
                let id = chain.first().map_or("", OrgUnitId::as_str);
                format!("entity.org_units.exists(org_unit, org_unit.org_unit_id == orgUnitId('{id}'))")
            }
            Self::Group(id) => format!("entity.groups.exists(group, group.group_id == groupId('{}'))", id.as_str()),
        }
    }

    /// Whether a query asks for this and nothing else.
    fn is_asked_by(&self, query: &Query) -> bool {
        match self {
            Self::OrgUnit { chain, .. } => query.one_org_unit().is_some() && query.one_org_unit() == chain.first(),
            Self::Group(id) => {
                let named = query.named();
                query.one_of_groups() == Some(std::slice::from_ref(id))
                    && named.groups == BTreeSet::from([id.clone()])
                    && named.org_units.is_empty()
                    && named.skus.is_empty()
            }
        }
    }
}

/// Puts it there. `name` is what it is called in evidence.
pub fn suppose(
    policies: &mut Vec<Policy>,
    name: &str,
    setting: &SettingType,
    whom: &SupposedFor,
    value: &Map<String, Value>,
) {
    let of_type = |policy: &Policy| {
        let found = policy.setting.sound().and_then(|setting| setting.setting_type.sound());
        found.is_some_and(|found| SettingType::from_google(found) == *setting)
    };
    let is_own = |policy: &Policy| of_type(policy) && whom.is_asked_by(&Query::from_google(&policy.policy_query));
    // Of several of its own the greatest is what the page shows.
    let own = policies.iter().filter(|policy| is_own(policy)).max_by_key(|policy| order(policy));
    let mut fields = own.and_then(|own| own.setting.sound()?.value.as_ref()?.as_object().cloned()).unwrap_or_default();
    fields.extend(value.clone());
    let order = own.and_then(order).unwrap_or_else(|| new_order(policies.iter().filter(|one| of_type(one)), whom));
    let record = json!({
        "name": name,
        "type": "ADMIN",
        "policyQuery": {"query": whom.query(), "sortOrder": order.to_string()},
        "setting": {"type": format!("settings/{setting}"), "value": fields},
    });
    policies.retain(|policy| !is_own(policy));
    policies.push(serde_json::from_value(record).expect("it is of the documented shape"));
}

fn order(policy: &Policy) -> Option<SortOrder> {
    SortOrder::from_json(policy.policy_query.sound()?.sort_order.as_deref()?).ok()
}

fn new_order<'p>(of_type: impl Iterator<Item = &'p Policy>, whom: &SupposedFor) -> SortOrder {
    let orders: Vec<(Query, SortOrder)> =
        of_type.filter_map(|policy| Some((Query::from_google(&policy.policy_query), order(policy)?))).collect();
    match whom {
        SupposedFor::Group(_) => {
            orders.iter().map(|(_, order)| *order).max().unwrap_or_else(|| SortOrder::whole(399)).successor()
        }
        SupposedFor::OrgUnit { chain, below } => {
            // What is for somebody else alone does not come into it: of groups the order seen in the tenant stays.
            let in_force = |query: &Query| {
                let named = query.named();
                named.groups.is_empty() && named.org_units.iter().all(|unit| chain.contains(unit))
            };
            let floor = orders.iter().filter(|(query, _)| in_force(query)).map(|(_, order)| *order).max();
            let depth = u32::try_from(chain.len()).unwrap_or(u32::MAX);
            let usual = SortOrder::whole(depth.saturating_add(200));
            let floor = floor.unwrap_or_else(|| SortOrder::whole(0));
            let ceiling = orders
                .iter()
                .filter(|(query, order)| {
                    *order > floor && query.one_org_unit().is_some_and(|unit| below.contains(unit))
                })
                .map(|(_, order)| *order)
                .min();
            let wanted = if usual > floor { usual } else { floor.successor() };
            match ceiling {
                Some(ceiling) if wanted >= ceiling => floor.halfway_to(ceiling),
                Some(_) | None => wanted,
            }
        }
    }
}
