//! The settings of an example as policies.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::checks::language::Example;
use crate::domain::{OrgUnitPath, SettingType};

use super::people::{People, product_and_sku};
use super::tenant::CUSTOMER;

/// As the Policy API would list them.
pub(super) fn policies(example: &Example, units: &BTreeMap<OrgUnitPath, String>, people: &People) -> Vec<Value> {
    let mut list = Policies { units, list: Vec::new() };
    for (setting, value) in &example.settings {
        list.add(setting, value, &OrgUnitPath::root(), None, "201");
    }
    for (path, settings) in &example.org_units {
        let depth = path.ancestors().count();
        for (setting, value) in settings {
            list.add(setting, value, path, None, &(201 + depth).to_string());
        }
    }
    for (address, group) in &example.groups {
        for (nth, (setting, value)) in group.settings.iter().enumerate() {
            let clause =
                format!("entity.groups.exists(group, group.group_id == groupId('{}'))", people.group_id(address));
            list.add(setting, value, &OrgUnitPath::root(), Some(&clause), &format!("399.0000{nth}"));
        }
    }
    for licensed in &example.licensed_settings {
        let sku = product_and_sku(&licensed.sku)
            .map_or_else(|| licensed.sku.clone(), |(product, sku)| format!("/product/{product}/sku/{sku}"));
        let clause = format!("entity.licenses.exists(license, license in ['{sku}'])");
        list.add(&licensed.setting, &licensed.value, &licensed.org_unit, Some(&clause), "301.5");
    }
    for rule in &example.list_settings {
        list.add(&rule.setting, &rule.value, &rule.org_unit, None, "1");
    }
    if list.list.is_empty() {
        // No tenant is without policies: an empty list would say that the list is wrong.
        let filler = SettingType::from_google("example.filler");
        list.add(&filler, &Map::new(), &OrgUnitPath::root(), None, "101");
    }
    list.list
}

struct Policies<'x> {
    units: &'x BTreeMap<OrgUnitPath, String>,
    list: Vec<Value>,
}

impl Policies<'_> {
    fn add(
        &mut self,
        setting: &SettingType,
        value: &Map<String, Value>,
        path: &OrgUnitPath,
        and: Option<&str>,
        order: &str,
    ) {
        let unit = &self.units[path];
        let mut query = format!("entity.org_units.exists(org_unit, org_unit.org_unit_id == orgUnitId('{unit}'))");
        if let Some(clause) = and {
            query = format!("{query} && {clause}");
        }
        let order: Value = serde_json::from_str(order).expect("a number");
        self.list.push(json!({
            "name": format!("policies/example{}", self.list.len()),
            "customer": format!("customers/{CUSTOMER}"),
            "type": "ADMIN",
            "policyQuery": {"query": query, "orgUnit": format!("orgUnits/{unit}"), "sortOrder": order},
            "setting": {"type": format!("settings/{setting}"), "value": value},
        }));
    }
}
