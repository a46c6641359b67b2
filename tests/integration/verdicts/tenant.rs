//! A tenant written down line by line, and its report in words short enough for tables.

use std::collections::BTreeMap;

use gwsaudit::checks::{Acceptance, Check, Inquiry, Registry, Selection, evaluate};
use gwsaudit::config::{builtin_catalogue, read_attestations};
use gwsaudit::evidence::{
    AppDefinition, ConfiguredApps, Dating, Extent, Supposition, Wave, Whom, gather_supposing, read_configured_apps,
};
use gwsaudit::facts::{Facts, Statements};
use gwsaudit::report::what_if::model::Foresight;
use gwsaudit::report::{Assembly, Format, RenderOptions, assemble, render};
use gwsaudit::snapshot::Snapshot;
use gwsaudit::whatif::{Grounds, foresee};
use serde_json::{Value, json};

pub(crate) use super::judged::Judged;

pub(crate) const OKTA: &str = "1234567890-abc.apps.googleusercontent.com";
pub(crate) const OTHER: &str = "5550001112-xyz.apps.googleusercontent.com";
pub(crate) const NAME: &str = "Okta Workflows";
pub(crate) const CLOUD: &str = "https://www.googleapis.com/auth/cloud-platform";
pub(crate) const MAIL: &str = "https://www.googleapis.com/auth/gmail.readonly";
pub(crate) const FLOWS: &str = "flows@example.com";

/// The log's window and the moment of judgement of most tenants.
pub(crate) const FROM: &str = "2026-05-27T10:00:00Z";
pub(crate) const AS_OF: &str = "2026-11-23T10:00:00Z";

/// A tenant to be judged.
#[derive(Clone)]
pub(crate) struct Tenant {
    pub(crate) lines: Vec<Value>,
    pub(crate) sources: BTreeMap<String, Value>,
    pub(crate) as_of: String,
    pub(crate) no_bindings: bool,
    pub(crate) attestations: String,
    pub(super) pinned: Vec<String>,
    pub(super) acceptance: Acceptance,
    pub(crate) csv: Option<Csv>,
    pub(crate) suppositions: Vec<Supposition>,
    activities: u64,
}

/// A connection of the operator's own.
#[derive(Clone, Debug)]
pub(super) struct Canary<'c> {
    pub(super) id: &'c str,
    pub(super) org_unit: &'c str,
    pub(super) role: &'c str,
    pub(super) client: &'c str,
    pub(super) user: &'c str,
    pub(super) below: bool,
    pub(super) authorized_at: &'c str,
    pub(super) tries: Vec<(f64, &'c str)>,
}

/// A download of the console's configured apps.
#[derive(Clone)]
pub(crate) struct Csv {
    pub(crate) text: String,
    pub(crate) at: String,
    pub(crate) dating: Dating,
    pub(crate) extent: Extent,
}

/// `example.com`, whole: its root and nothing else, every source complete and the app pinned.
pub(crate) fn tenant() -> Tenant {
    let mut tenant = Tenant {
        lines: Vec::new(),
        sources: BTreeMap::new(),
        as_of: AS_OF.to_owned(),
        no_bindings: true,
        attestations: String::new(),
        pinned: vec![OKTA.to_owned()],
        acceptance: Acceptance::ProvenOnly,
        csv: None,
        suppositions: Vec::new(),
        activities: 0,
    };
    for id in SOURCES {
        let mut source = json!({"id": id, "status": "complete", "requests": 1});
        if id.starts_with("reports.") {
            source["window_from"] = json!(FROM);
            source["window_to"] = json!(AS_OF);
        }
        tenant.sources.insert(id.to_owned(), source);
    }
    tenant
        .record(
            "customer",
            json!({"id": "C0example1", "customerDomain": "example.com", "postalAddress": {"organizationName": "Example Org"}}),
        )
        .record("org_unit", json!({"orgUnitId": "id:root", "orgUnitPath": "/", "name": "Example Root"}))
}

const SOURCES: [&str; 9] = [
    "accesscontextmanager.bindings",
    "directory.customers",
    "directory.members",
    "directory.orgunits",
    "directory.tokens",
    "directory.users",
    "reports.access_evaluation",
    "reports.admin",
    "reports.token",
];

/// The source that counts records of this line's kind.
pub(crate) fn source_of(line: &Value) -> Option<&'static str> {
    Some(match (line["type"].as_str()?, line["application"].as_str()) {
        ("customer", _) => "directory.customers",
        ("org_unit", _) => "directory.orgunits",
        ("user", _) => "directory.users",
        ("grant", _) => "directory.tokens",
        ("member", _) => "directory.members",
        ("access_binding", _) => "accesscontextmanager.bindings",
        ("activity", Some("admin")) => "reports.admin",
        ("activity", Some("token")) => "reports.token",
        ("activity", Some("access_evaluation")) => "reports.access_evaluation",
        ("canary", _) => "canaries",
        ("policy", _) => "cloudidentity.policies",
        ("sso_assignment", _) => "cloudidentity.inbound_sso",
        ("organization", _) => "cloudresourcemanager.organizations",
        ("domain", _) => "directory.domains",
        ("group", _) => "directory.groups",
        ("role", _) => "directory.roles",
        ("role_assignment", _) => "directory.role_assignments",
        ("license", _) => "licensing.assignments",
        ("dns_answer", _) => "dns",
        _ => return None,
    })
}

impl Tenant {
    pub(crate) fn record(mut self, kind: &str, data: Value) -> Self {
        self.lines.push(json!({"type": kind, "data": data}));
        self
    }

    /// An org unit; its id is its path, its parent the path above.
    pub(crate) fn unit(self, path: &str) -> Self {
        let (above, name) = path.rsplit_once('/').expect("a path");
        let parent = if above.is_empty() { "id:root".to_owned() } else { format!("id:{above}") };
        self.record(
            "org_unit",
            json!({"orgUnitId": format!("id:{path}"), "orgUnitPath": path, "name": name, "parentOrgUnitId": parent}),
        )
    }

    pub(crate) fn user(self, email: &str, path: &str) -> Self {
        self.record("user", json!({"id": format!("id-{email}"), "primaryEmail": email, "orgUnitPath": path}))
    }

    pub(crate) fn grant(mut self, user: &str, client: &str, name: &str, scopes: &[&str]) -> Self {
        self.lines.push(json!({"type": "grant", "user": user,
            "data": {"clientId": client, "displayText": name, "scopes": scopes, "userKey": user}}));
        self
    }

    /// A user of the root with a grant of the app that carries a Cloud scope.
    pub(super) fn connection(self) -> Self {
        self.user(FLOWS, "/").grant(FLOWS, OKTA, NAME, &[CLOUD])
    }

    /// An activity of the administrators' log.
    pub(crate) fn admin(self, at: &str, events: &[Value]) -> Self {
        self.admin_by("root-admin@example.com", at, events)
    }

    pub(super) fn admin_by(mut self, actor: &str, at: &str, events: &[Value]) -> Self {
        self.activities += 1;
        let qualifier = format!("-{}", 7_000_000 + self.activities);
        self.lines.push(activity("admin", &qualifier, actor, at, events));
        self
    }

    /// An authorisation (or another event) of the token log.
    pub(crate) fn token(mut self, at: &str, user: &str, event: Value) -> Self {
        self.activities += 1;
        let qualifier = format!("{}", 5_000_000 + self.activities);
        self.lines.push(activity("token", &qualifier, user, at, &[event]));
        self
    }

    pub(super) fn authorizes(self, at: &str, user: &str) -> Self {
        self.token(at, user, token_event("authorize", OKTA, NAME, &[CLOUD]))
    }

    /// A token of the app that Google allowed, and by which setting.
    pub(crate) fn evaluated(self, at: &str, user: &str, source: &str) -> Self {
        self.evaluated_for(at, user, OKTA, source)
    }

    pub(super) fn evaluated_for(mut self, at: &str, user: &str, client: &str, source: &str) -> Self {
        self.activities += 1;
        let qualifier = format!("{}", 3_000_000 + self.activities);
        let allowed = json!({"type": "access_token_evaluation", "name": "allow_token_request", "parameters": [
            {"name": "configuration_source", "value": source}, {"name": "client_type", "value": "WEB"},
            {"name": "scopes_requested", "value": CLOUD}]});
        let mut line = activity("access_evaluation", &qualifier, user, at, &[allowed]);
        line["data"]["actor"]["applicationInfo"] = json!({"oauthClientId": client, "applicationName": NAME});
        self.lines.push(line);
        self
    }

    /// The console's configured apps, rows without the headers' line.
    pub(crate) fn listed(mut self, at: &str, extent: Extent, rows: &[(&str, &str, &str)]) -> Self {
        let rows: Vec<String> =
            rows.iter().map(|(client, access, unit)| format!("web application,{client},{access},{unit}\n")).collect();
        let text = format!("Type,Id,Access,Org Unit\n{}", rows.concat());
        self.csv = Some(Csv { text, at: at.to_owned(), dating: Dating::Stated, extent });
        self
    }

    /// A canary with its tries, as `(hours after its authorisation, outcome)`.
    pub(super) fn canary(mut self, canary: &Canary<'_>) -> Self {
        let authorized: jiff::Timestamp = canary.authorized_at.parse().expect("a time");
        let tries: Vec<Value> = canary
            .tries
            .iter()
            .map(|(hours, outcome)| json!({"at": authorized + jiff::SignedDuration::from_mins((hours * 60.0) as i64), "outcome": outcome}))
            .collect();
        let mut data = json!({"id": canary.id, "org_unit": canary.org_unit, "role": canary.role, "client_id": canary.client,
            "user": canary.user, "added_at": canary.authorized_at,
            "lives": [{"authorized_at": canary.authorized_at, "tries": tries}]});
        if canary.below {
            data["below"] = json!("inherit");
        }
        self.sources.insert("canaries".to_owned(), json!({"id": "canaries", "status": "complete", "requests": 1}));
        self.record("canary", data)
    }

    pub(crate) fn member(mut self, group: &str, data: Value) -> Self {
        self.lines.push(json!({"type": "member", "group": group, "data": data}));
        self
    }

    /// A binding of a group; from here on nobody states that there are none.
    pub(crate) fn binding(mut self, name: &str, group: &str, rest: Value) -> Self {
        self.no_bindings = false;
        let mut data = json!({"name": format!("organizations/1/gcpUserAccessBindings/{name}"), "groupKey": group});
        for (key, value) in rest.as_object().expect("an object") {
            data[key] = value.clone();
        }
        self.record("access_binding", data)
    }

    /// Reads these sources, too.
    pub(crate) fn reading(mut self, ids: &[&str]) -> Self {
        for id in ids {
            self.sources.insert((*id).to_owned(), json!({"id": id, "status": "complete", "requests": 1}));
        }
        self
    }

    /// Another status of a source.
    pub(crate) fn source(mut self, id: &str, status: &str) -> Self {
        let source = self.sources.get_mut(id).expect("a source of this tenant");
        source["status"] = json!(status);
        if status != "complete" {
            source["error"] = json!("the reason");
        }
        self
    }

    /// Another moment of judgement, and a log that begins then.
    pub(crate) fn judged(mut self, log_from: &str, as_of: &str) -> Self {
        self.as_of = as_of.to_owned();
        for source in self.sources.values_mut().filter(|source| source["window_from"].is_string()) {
            source["window_from"] = json!(log_from);
            source["window_to"] = json!(as_of);
        }
        self
    }

    pub(super) fn unpinned(mut self) -> Self {
        self.pinned.clear();
        self
    }

    pub(super) fn accepting_presumed(mut self) -> Self {
        self.acceptance = Acceptance::Presumed;
        self
    }

    /// `rest` is what else the attestation says, in TOML.
    pub(crate) fn attest(mut self, org_unit: &str, at: &str, rest: &str) -> Self {
        use std::fmt::Write as _;
        write!(
            self.attestations,
            "[[attestation]]\norg_unit = {org_unit:?}\nattested_at = {at}\nattested_by = \"alice@example.com\"\n{rest}\n\n"
        )
        .expect("text");
        self
    }

    /// `session` is an inline table without its braces.
    pub(crate) fn attest_session(self, org_unit: &str, at: &str, session: &str) -> Self {
        self.attest(org_unit, at, &format!("setting = \"cloud-session-control\"\nvalue = {{ {session} }}"))
    }

    pub(crate) fn attest_access(self, org_unit: &str, at: &str, level: &str) -> Self {
        self.attest(
            org_unit,
            at,
            &format!("setting = \"app-access\"\napp = \"okta-workflows-gmail\"\nvalue = {level:?}"),
        )
    }

    /// Reauthentication required and trusted apps exempt, the app Trusted, both at the root and inherited below.
    pub(super) fn healthy(self, at: &str) -> Self {
        self.attest(
            "/",
            at,
            "setting = \"cloud-session-control\"\nbelow = \"inherit\"\nvalue = { reauth = \"required\", frequency = \"16h\", \
             method = \"password\", exempt_trusted_apps = true }",
        )
        .attest(
            "/",
            at,
            "setting = \"app-access\"\nbelow = \"inherit\"\napp = \"okta-workflows-gmail\"\nvalue = \"trusted\"",
        )
    }

    /// The snapshot as text; a source that does not count its records itself counts the lines.
    pub(crate) fn text(&self) -> String {
        let mut lines =
            vec![json!({"schema": "gwsaudit/snapshot/1", "tool_version": "0.1.0", "collected_at": self.as_of,
            "customer": "my_customer", "operator": {}})];
        for (id, source) in &self.sources {
            let mut source = source.clone();
            if source["items"].is_null() {
                source["items"] = json!(self.lines.iter().filter(|line| source_of(line) == Some(id)).count());
            }
            lines.push(json!({"type": "source", "data": source}));
        }
        lines.extend(self.lines.iter().cloned());
        lines.push(json!({"type": "end", "records": lines.len() - 1}));
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    pub(crate) fn judge(&self) -> Judged {
        self.judge_text(&self.text())
    }

    /// Judges another snapshot with this tenant's attestations.
    pub(crate) fn judge_text(&self, snapshot: &str) -> Judged {
        let (facts, okta) = self.facts_of(snapshot);
        let selection = Selection::default();
        let inquiry = Inquiry { facts: &facts, selection: &selection, acceptance: self.acceptance };
        let results = evaluate(Registry::builtin().checks_of(&okta.packs), &inquiry);
        let report = assemble(Assembly {
            facts: &facts,
            results,
            selection: &selection,
            customer: "my_customer",
            collisions: Vec::new(),
        });
        let mut bytes = Vec::new();
        render(&report, Format::Json, &RenderOptions::default(), &mut bytes).expect("memory");
        Judged { json: serde_json::from_slice(&bytes).expect("JSON"), bytes }
    }

    /// The facts themselves, for those that no check of today asks for.
    pub(crate) fn facts(&self) -> Facts {
        self.facts_of(&self.text()).0
    }

    /// The facts of another snapshot with this tenant's attestations, and the app under audit.
    fn facts_of(&self, snapshot: &str) -> (Facts, AppDefinition) {
        self.opened(snapshot, |snapshot, statements, okta| {
            let apps = [okta];
            let evidence =
                gather_supposing(snapshot, &apps, Whom::Named, &self.suppositions).expect("a whole snapshot");
            (Facts::derive(evidence, statements, &apps), okta.clone())
        })
    }

    /// What these waves would change.
    pub(crate) fn foresee(&self, waves: &[Wave]) -> Foresight {
        self.opened(&self.text(), |snapshot, statements, okta| {
            let registry = Registry::builtin();
            let checks: Vec<&dyn Check> = registry.checks_of(&okta.packs).collect();
            let grounds = Grounds {
                snapshot,
                statements,
                apps: &[okta],
                checks: &checks,
                selection: &Selection::default(),
                acceptance: self.acceptance,
                settle: &|_, _| Vec::new(),
                customer: "my_customer",
            };
            foresee(&grounds, waves).expect("a whole snapshot").expect("assignments that fit")
        })
    }

    fn opened<T>(&self, snapshot: &str, ask: impl FnOnce(&Snapshot, &Statements, &AppDefinition) -> T) -> T {
        let folder = tempfile::tempdir().expect("temporary storage");
        let path = folder.path().join("tenant.jsonl");
        std::fs::write(&path, snapshot).expect("temporary storage");
        let snapshot = Snapshot::open(&path).expect("a snapshot");
        let mut catalogue = builtin_catalogue(&[]).expect("the built-in catalogue");
        let mut okta = catalogue.apps.get("okta-workflows-gmail").expect("a built-in app").clone();
        okta.client_ids = self.pinned.iter().map(|id| id.parse().expect("a client ID")).collect();
        let attestations = read_attestations("attestations.toml", &self.attestations, std::slice::from_ref(&okta.id))
            .expect("sound attestations");
        let configured_apps = self.csv.as_ref().map(|csv| ConfiguredApps {
            file: "configured-apps.csv".to_owned(),
            taken_at: csv.at.parse().expect("a time"),
            dating: csv.dating,
            extent: csv.extent,
            rows: read_configured_apps(csv.text.as_bytes()).expect("a sound list"),
        });
        catalogue.apps.insert(okta.id.clone(), okta.clone());
        let statements = Statements {
            attestations,
            configured_apps,
            no_bindings: self.no_bindings,
            catalogue,
            suppositions: self.suppositions.clone(),
        };
        ask(&snapshot, &statements, &okta)
    }
}

pub(crate) fn activity(application: &str, qualifier: &str, actor: &str, at: &str, events: &[Value]) -> Value {
    json!({"type": "activity", "application": application, "data": {
        "kind": "admin#reports#activity",
        "id": {"time": at, "uniqueQualifier": qualifier, "applicationName": application, "customerId": "C0example1"},
        "actor": {"callerType": "USER", "email": actor, "profileId": format!("id-{actor}")},
        "events": events}})
}

/// An event of the administrators' log with text parameters.
pub(crate) fn event(name: &str, parameters: &[(&str, &str)]) -> Value {
    let parameters: Vec<Value> = parameters.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    json!({"type": "SECURITY_SETTINGS", "name": name, "parameters": parameters})
}

pub(crate) fn with_status(mut event: Value, status: &str) -> Value {
    event["status"] = json!({"eventStatus": status});
    event
}

/// `SESSION_CONTROL_SETTINGS_CHANGE` of Google Cloud, in the legacy shape.
pub(super) fn session(unit: &str, old: &str, new: &str) -> Value {
    event(
        "SESSION_CONTROL_SETTINGS_CHANGE",
        &[
            ("REAUTH_APPLICATION", "CLOUD_ADMIN_TOOLS"),
            ("REAUTH_SETTING_OLD", old),
            ("REAUTH_SETTING_NEW", new),
            ("ORG_UNIT_NAME", unit),
        ],
    )
}

/// `ADD_TO_…` or `REMOVE_FROM_…`, about the app.
pub(super) fn listing(name: &str, unit: &str) -> Value {
    listing_of(name, OKTA, NAME, unit)
}

pub(crate) fn listing_of(name: &str, client: &str, app: &str, unit: &str) -> Value {
    event(
        name,
        &[
            ("OAUTH2_APP_ID", client),
            ("OAUTH2_APP_NAME", app),
            ("OAUTH2_APP_TYPE", "OAUTH2_CLIENT"),
            ("ORG_UNIT_NAME", unit),
        ],
    )
}

pub(crate) fn token_event(name: &str, client: &str, app: &str, scopes: &[&str]) -> Value {
    json!({"type": "auth", "name": name, "parameters": [
        {"name": "client_id", "value": client}, {"name": "app_name", "value": app}, {"name": "client_type", "value": "WEB"},
        {"name": "scope", "multiValue": scopes}]})
}
