//! Policies to effective settings: by hand-computed examples, and against an evaluator that is written as plainly as can be.

mod audience;
mod properties;
mod reducers;
mod reference;
mod work;

use std::collections::{BTreeMap, BTreeSet};

use gwsaudit::domain::SettingType;
use gwsaudit::google::policies::Policy;
use gwsaudit::policy::{
    ByName, Certainty, Chain, Effective, FieldState, FieldValue, GroupId, Holds, Listing, Membership, OrgUnitId,
    Policies, SettingCatalogue, Sku, Who, World, Worlds,
};
use serde_json::{Value, json};

/// A policy as Google would send it; `order` is JSON.
fn policy(name: &str, setting: &str, query: &str, order: &str, value: &Value) -> Policy {
    let text = format!(
        r#"{{"name": "policies/{name}", "customer": "customers/C1", "type": "ADMIN",
            "policyQuery": {{"query": {}, "sortOrder": {order}}},
            "setting": {{"type": "settings/{setting}", "value": {value}}}}}"#,
        json!(query)
    );
    serde_json::from_str(&text).expect("a policy")
}

fn in_unit(id: &str) -> String {
    format!("entity.org_units.exists(org_unit, org_unit.org_unit_id == orgUnitId('{id}'))")
}

fn in_group(id: &str) -> String {
    format!("entity.groups.exists(group, group.group_id == groupId('{id}'))")
}

fn with_licence(sku: &str) -> String {
    format!("entity.licenses.exists(license, license in ['/product/P/sku/{sku}'])")
}

fn setting(name: &str) -> SettingType {
    SettingType::from_google(name)
}

/// Somebody, by ids.
#[derive(Debug, Clone)]
struct Person {
    units: Vec<OrgUnitId>,
    chain: Chain,
    groups: BTreeMap<GroupId, Holds>,
    licences: BTreeMap<Sku, Holds>,
}

/// Groups that somebody is in, or may be in.
struct Listed<'p>(&'p BTreeMap<GroupId, Holds>);

impl Membership<GroupId> for Listed<'_> {
    fn holds(&self, group: &GroupId) -> Holds {
        self.0.get(group).copied().unwrap_or(Holds::No)
    }

    fn possible(&self) -> Option<Vec<&GroupId>> {
        Some(self.0.iter().filter(|(_, holds)| **holds != Holds::No).map(|(group, _)| group).collect())
    }
}

impl Person {
    /// In the first org unit, below the others; in no group, without a licence.
    fn of(units: &[&str]) -> Self {
        let units = units.iter().map(|id| OrgUnitId::from_google(id)).collect();
        Self { units, chain: Chain::Whole, groups: BTreeMap::new(), licences: BTreeMap::new() }
    }

    fn group(mut self, id: &str, holds: Holds) -> Self {
        self.groups.insert(GroupId::from_google(id), holds);
        self
    }

    fn licence(mut self, sku: &str, holds: Holds) -> Self {
        self.licences.insert(Sku::new("P", sku), holds);
        self
    }

    fn with<T>(&self, then: impl FnOnce(&Who<'_>) -> T) -> T {
        let groups = Listed(&self.groups);
        let licences = |sku: &Sku| self.licences.get(sku).copied().unwrap_or(Holds::No);
        then(&Who { org_units: &self.units, chain: self.chain, groups: &groups, licences: &licences })
    }

    /// The same somebody, whose groups cannot be listed, only asked for one by one.
    fn with_unlisted_groups<T>(&self, then: impl FnOnce(&Who<'_>) -> T) -> T {
        let groups = |id: &GroupId| self.groups.get(id).copied().unwrap_or(Holds::No);
        let licences = |sku: &Sku| self.licences.get(sku).copied().unwrap_or(Holds::No);
        then(&Who { org_units: &self.units, chain: self.chain, groups: &groups, licences: &licences })
    }

    fn effective(&self, policies: &Policies, name: &str) -> Effective {
        self.with(|who| policies.effective(&setting(name), who, SettingCatalogue::builtin()))
    }

    /// All fields, where one world alone is possible.
    fn fields(&self, policies: &Policies, name: &str) -> ByName<FieldValue> {
        match self.effective(policies, name).worlds {
            Worlds::Known(worlds) => match worlds.as_slice() {
                [World::Fields(fields)] => fields.clone(),
                other => panic!("not one world of fields: {other:?}"),
            },
            open @ Worlds::Open { .. } => panic!("{open:?}"),
        }
    }

    /// A field's value that is sure.
    fn sure(&self, policies: &Policies, name: &str, field: &str) -> Value {
        let state = &self.fields(policies, name)[field].state;
        let FieldState::Set { value, certainty: Certainty::Sure } = state else { panic!("{field} is {state:?}") };
        value.clone()
    }
}

fn complete(policies: Vec<Policy>) -> Policies {
    Policies::new(policies, Listing::Complete, 0)
}

#[test]
fn a_set_of_groups_is_a_membership() {
    let groups = BTreeSet::from([GroupId::from_google("g")]);
    assert_eq!(groups.holds(&GroupId::from_google("groups/g")), Holds::Yes);
    assert_eq!(groups.holds(&GroupId::from_google("h")), Holds::No);
}
