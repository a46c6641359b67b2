//! A small tenant as a snapshot, and what conditions see of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::checks::language::inputs::Trace;
use crate::checks::language::inputs::{record, tenant_field};
use crate::checks::language::value::{Datum, Val};
use crate::evidence::gather;
use crate::facts::{Facts, Statements};
use crate::snapshot::Snapshot;

pub(super) const SOURCES: [&str; 9] = [
    "directory.customers",
    "directory.domains",
    "directory.members",
    "directory.orgunits",
    "directory.role_assignments",
    "directory.roles",
    "directory.users",
    "dns",
    "cloudidentity.inbound_sso",
];

/// A tenant, every source complete unless said otherwise.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) lines: Vec<Value>,
    /// Records that sources claim beyond, or instead of, those that are there.
    items: BTreeMap<String, usize>,
    denied: Vec<String>,
}

fn source_of(line: &Value) -> &'static str {
    match line["type"].as_str().expect("a kind") {
        "customer" => "directory.customers",
        "domain" => "directory.domains",
        "member" => "directory.members",
        "org_unit" => "directory.orgunits",
        "role_assignment" => "directory.role_assignments",
        "role" => "directory.roles",
        "user" => "directory.users",
        "dns_answer" => "dns",
        "sso_assignment" => "cloudidentity.inbound_sso",
        other => panic!("{other}"),
    }
}

impl World {
    /// `example.com`: the root, `/Staff` and `/Staff/IT`, two roles.
    pub(super) fn new() -> Self {
        let unit = |path: &str, parent: Option<&str>| {
            json!({"orgUnitId": format!("id:ou{path}").replace('/', "-"), "orgUnitPath": path,
                "parentOrgUnitId": parent.map(|parent| format!("id:ou{parent}").replace('/', "-"))})
        };
        Self { lines: Vec::new(), items: BTreeMap::new(), denied: Vec::new() }
            .with("customer", json!({"id": "C1", "customerDomain": "example.com"}))
            .with("org_unit", unit("/", None))
            .with("org_unit", unit("/Staff", Some("/")))
            .with("org_unit", unit("/Staff/IT", Some("/Staff")))
            .with("role", json!({"roleId": "1", "roleName": "_SEED_ADMIN_ROLE", "isSuperAdminRole": true}))
            .with("role", json!({"roleId": "2", "roleName": "_GROUPS_ADMIN_ROLE", "isSuperAdminRole": false}))
    }

    pub(super) fn with(mut self, kind: &str, data: Value) -> Self {
        self.lines.push(json!({"type": kind, "data": data}));
        self
    }

    pub(super) fn member(mut self, group: &str, data: Value) -> Self {
        self.lines.push(json!({"type": "member", "group": group, "data": data}));
        self
    }

    /// A user `name@example.com` whose id is its name; `more` is what else the record says.
    pub(super) fn user(self, name: &str, path: &str, more: Value) -> Self {
        let mut data = json!({"id": name, "primaryEmail": format!("{name}@example.com"), "orgUnitPath": path,
            "isAdmin": false, "isDelegatedAdmin": false, "isEnrolledIn2Sv": true, "isEnforcedIn2Sv": true});
        for (key, value) in more.as_object().expect("an object") {
            data[key] = value.clone();
        }
        self.with("user", data)
    }

    pub(super) fn super_admin(self, name: &str) -> Self {
        self.user(name, "/", json!({"isAdmin": true})).role("1", name, "USER")
    }

    pub(super) fn role(self, role: &str, to: &str, kind: &str) -> Self {
        let id = format!("{role}-{to}");
        self.with(
            "role_assignment",
            json!({"roleAssignmentId": id, "roleId": role, "assignedTo": to, "assigneeType": kind, "scopeType": "CUSTOMER"}),
        )
    }

    pub(super) fn sso(self, target: &str, rank: i64, mode: &str) -> Self {
        let mut data = json!({"name": format!("inboundSsoAssignments/{target}-{rank}"), "rank": rank, "ssoMode": mode});
        if target.starts_with('/') {
            data["targetOrgUnit"] =
                json!(format!("orgUnits/ou{target}").replacen('/', "\0", 1).replace('/', "-").replace('\0', "/"));
        } else {
            data["targetGroup"] = json!(format!("groups/{target}"));
        }
        self.with("sso_assignment", data)
    }

    pub(super) fn domain(self, name: &str, kind: &str) -> Self {
        self.with("domain", json!({"domainName": name, "isPrimary": kind == "primary", "verified": true}))
    }

    pub(super) fn txt(self, name: &str, texts: &[&str]) -> Self {
        let status = if texts.is_empty() { "none" } else { "answer" };
        self.with("dns_answer", json!({"name": name, "type": "TXT", "status": status, "texts": texts}))
    }

    pub(super) fn dns_fails(self, name: &str) -> Self {
        self.with("dns_answer", json!({"name": name, "type": "TXT", "status": "failed", "error": "timed out"}))
    }

    /// Google refuses a source.
    pub(super) fn denied(mut self, id: &str) -> Self {
        self.lines.retain(|line| source_of(line) != id);
        self.denied.push(id.to_owned());
        self
    }

    /// A line gets lost on the way, and its source still counts it.
    pub(super) fn lost(mut self, line: usize) -> Self {
        let id = source_of(&self.lines[line]);
        let before = self.lines.iter().filter(|line| source_of(line) == id).count();
        self.items.entry(id.to_owned()).or_insert(before);
        self.lines.remove(line);
        self
    }

    fn text(&self) -> String {
        let mut text = json!({"schema": "gwsaudit/snapshot/1", "tool_version": "0.1.0",
            "collected_at": "2026-11-23T10:00:00Z", "customer": "my_customer", "operator": {}})
        .to_string();
        let count = |id: &str| self.lines.iter().filter(|line| source_of(line) == id).count();
        for id in SOURCES {
            let denied = self.denied.iter().any(|denied| denied == id);
            let items = self.items.get(id).copied().filter(|_| !denied).unwrap_or_else(|| count(id));
            let status = if denied { "denied" } else { "complete" };
            let source = json!({"id": id, "status": status, "requests": 1, "items": items});
            write!(text, "\n{}", json!({"type": "source", "data": source})).expect("memory");
        }
        for line in &self.lines {
            write!(text, "\n{line}").expect("memory");
        }
        format!("{text}\n{}\n", json!({"type": "end", "records": SOURCES.len() + self.lines.len()}))
    }

    pub(super) fn facts(&self) -> Facts {
        let folder = tempfile::tempdir().expect("temporary storage");
        let path = folder.path().join("tenant.jsonl");
        std::fs::write(&path, self.text()).expect("temporary storage");
        let evidence = gather(&Snapshot::open(&path).expect("a snapshot"), &[]).expect("a whole snapshot");
        Facts::derive(evidence, &Statements::default(), &[])
    }

    pub(super) fn tenant(&self) -> (Seen, Trace) {
        let mut trace = Trace::default();
        let facts = self.facts();
        let fields = ["super_admins", "admins", "domains", "primary_domain"];
        let value = record(fields.map(|field| (field, tenant_field(&facts, field, &mut trace))));
        (Seen(value), trace)
    }

    /// What conditions see along a path, in short words: fields, and positions in lists.
    pub(super) fn see(&self, path: &str) -> String {
        self.tenant().0.see(path)
    }
}

/// A value, to look into.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seen(pub(super) Val);

impl Seen {
    pub(super) fn at(&self, path: &str) -> Self {
        let mut at = self.0.clone();
        for step in path.split('.').filter(|step| !step.is_empty()) {
            at = match at {
                Val::Known(Datum::Record(fields), _) => fields.get(step).cloned().expect("a field"),
                Val::Known(Datum::List { items, .. }, _) => {
                    items.get(step.parse::<usize>().expect("a position")).cloned().expect("an item")
                }
                Val::Known(datum, _) => panic!("{step} of {datum:?}"),
                Val::Unknown => panic!("{step} of what is not known"),
            };
        }
        Self(at)
    }

    pub(super) fn see(&self, path: &str) -> String {
        short(&self.at(path).0)
    }
}

/// `?` for what is not known, `~` before what is presumed; of a record only its name.
pub(super) fn short(value: &Val) -> String {
    use crate::facts::Strength;
    let Val::Known(datum, strength) = value else { return "?".to_owned() };
    let sign = if *strength == Strength::Presumed { "~" } else { "" };
    let text = match datum {
        Datum::Bool(answer) => answer.to_string(),
        Datum::Int(number) => number.to_string(),
        Datum::Text(text) => text.to_string(),
        Datum::Duration(length) => length.to_string(),
        Datum::Timestamp(at) => at.to_string(),
        Datum::List { items, open } => {
            let mut items: Vec<String> = items.iter().map(short).collect();
            items.extend(open.then(|| "...".to_owned()));
            format!("[{}]", items.join(", "))
        }
        Datum::Record(fields) => {
            let name = ["email", "name", "selector", "text"].into_iter().find_map(|field| fields.get(field));
            name.map_or_else(|| "{}".to_owned(), short)
        }
    };
    format!("{sign}{text}")
}
