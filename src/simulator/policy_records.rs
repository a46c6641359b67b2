//! `[[policy]]`: policies as a scenario writes them, and as the Policy API gives them.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::ids;
use super::licences::Licence;
use super::people::People;
use super::scenario::{Contradiction, File};
use super::tree::Tree;
use crate::domain::OrgUnitPath;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub(super) enum PolicyType {
    #[serde(rename = "SYSTEM")]
    System,
    #[default]
    #[serde(rename = "ADMIN")]
    Admin,
}

/// A number; as text it is served digit for digit.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub(super) enum SortOrder {
    Number(f64),
    Text(String),
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Policy {
    /// Without the `settings/` before it.
    pub(super) setting: String,
    /// The root unless said, or unless there is a query.
    pub(super) org_unit: Option<OrgUnitPath>,
    pub(super) group: Option<String>,
    /// `Google-Apps/1010020020`: only for whom has one of these.
    #[serde(default)]
    pub(super) licences: Vec<Licence>,
    /// The query itself, instead of one made of org unit, group and licences. `{ou:/Sales}` and `{group:all@example.com}`
    /// become ids. Org unit and group, if they are given too, become Google's helper fields alone.
    pub(super) query: Option<String>,
    #[serde(default, rename = "type")]
    pub(super) policy_type: PolicyType,
    /// By type and depth unless said.
    pub(super) sort_order: Option<SortOrder>,
    #[serde(default)]
    pub(super) value: toml::Table,
}

/// A policy that is served.
#[derive(Debug)]
pub(super) struct PolicyRecord {
    pub(super) name: String,
    /// With `settings/` before it.
    pub(super) setting_type: String,
    pub(super) json: Box<RawValue>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    customer: String,
    name: &'a str,
    policy_query: WireQuery,
    setting: WireSetting<'a>,
    #[serde(rename = "type")]
    policy_type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    org_unit: Option<String>,
    query: String,
    sort_order: Box<RawValue>,
}

#[derive(Serialize)]
struct WireSetting<'a> {
    #[serde(rename = "type")]
    setting_type: &'a str,
    value: &'a toml::Table,
}

/// Ids of what policies name.
struct Names<'a> {
    units: HashMap<OrgUnitPath, String>,
    people: &'a People,
}

impl Names<'_> {
    fn unit(&self, path: &OrgUnitPath) -> Result<&str, String> {
        self.units.get(path).map(String::as_str).ok_or_else(|| format!("there is no org unit {path} at the start"))
    }

    /// A group's id; special groups, which no list holds, are named by their id.
    fn group<'a>(&'a self, name: &'a str) -> Result<&'a str, String> {
        if !name.contains('@') {
            return Ok(name);
        }
        self.people.group(name).map(|group| group.id.as_str()).ok_or_else(|| format!("there is no group {name}"))
    }

    /// A verbatim query with its placeholders replaced.
    fn fill(&self, query: &str) -> Result<String, String> {
        let mut filled = String::new();
        let mut rest = query;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let (name, after) = after.split_once('}').ok_or("a { without } in the query")?;
            filled.push_str(match name.split_once(':') {
                Some(("ou", path)) => {
                    let path: OrgUnitPath = path.parse().map_err(|error| format!("{error}"))?;
                    self.unit(&path)?
                }
                Some(("group", email)) => self.group(email)?,
                Some(_) | None => return Err(format!("{{{name}}} is neither {{ou:/…}} nor {{group:…}}")),
            });
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

/// The policies of a file.
pub(super) fn records(file: &File, tree: &Tree, people: &People) -> Result<Vec<PolicyRecord>, Contradiction> {
    let units = tree.sorted().into_iter().map(|(path, key)| (path, tree.unit(key).id.clone())).collect();
    let names = Names { units, people };
    let customer = &file.customer.get_ref().id;
    let mut records = Vec::new();
    for policy in &file.policy {
        let made = record(customer, &names, policy.get_ref(), records.len());
        records.push(made.map_err(|what| Contradiction::new(policy.span().start, what))?);
    }
    Ok(records)
}

fn record(customer: &str, names: &Names<'_>, policy: &Policy, nth: usize) -> Result<PolicyRecord, String> {
    let root = OrgUnitPath::root();
    let home = policy.org_unit.as_ref().or(policy.query.is_none().then_some(&root));
    let unit = home.map(|path| names.unit(path)).transpose()?;
    let group = policy.group.as_deref().map(|email| names.group(email)).transpose()?;
    let query = match &policy.query {
        Some(_) if !policy.licences.is_empty() => return Err("write the licences into the query".to_owned()),
        Some(query) => names.fill(query)?,
        None => clauses(unit, group, &policy.licences),
    };
    let (policy_type, base) = match policy.policy_type {
        PolicyType::System => ("SYSTEM", 101.0),
        PolicyType::Admin => ("ADMIN", 201.0),
    };
    let depth = home.map_or(0, |path| path.ancestors().count());
    let order = match &policy.sort_order {
        Some(SortOrder::Text(text)) => text.clone(),
        Some(SortOrder::Number(number)) => serde_json::json!(number).to_string(),
        None => serde_json::json!(base + f64::from(u32::try_from(depth).unwrap_or_default())).to_string(),
    };
    if serde_json::from_str::<f64>(&order).is_err() {
        return Err(format!("{order:?} is not a number, as a sort order must be"));
    }
    let name = format!("policies/{}", ids::policy(customer, nth));
    let setting_type = format!("settings/{}", policy.setting);
    let wire = Wire {
        customer: format!("customers/{customer}"),
        name: &name,
        policy_query: WireQuery {
            group: group.map(|id| format!("groups/{id}")),
            org_unit: unit.map(|id| format!("orgUnits/{id}")),
            query,
            sort_order: RawValue::from_string(order).map_err(|error| error.to_string())?,
        },
        setting: WireSetting { setting_type: &setting_type, value: &policy.value },
        policy_type,
    };
    let json = serde_json::value::to_raw_value(&wire).map_err(|error| error.to_string())?;
    Ok(PolicyRecord { name, setting_type, json })
}

fn clauses(unit: Option<&str>, group: Option<&str>, licences: &[Licence]) -> String {
    let unit = unit.map(|id| format!("entity.org_units.exists(org_unit, org_unit.org_unit_id == orgUnitId('{id}'))"));
    let group = group.map(|id| format!("entity.groups.exists(group, group.group_id == groupId('{id}'))"));
    let licences = (!licences.is_empty()).then(|| {
        let listed: Vec<String> = licences.iter().map(|licence| format!("'{}'", licence.in_a_query())).collect();
        format!("entity.licenses.exists(license, license in [{}])", listed.join(", "))
    });
    [unit, group, licences].into_iter().flatten().collect::<Vec<_>>().join(" && ")
}
