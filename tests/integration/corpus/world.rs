//! Whole tenants that make every pack work: policies, log and all else that the packs' own examples set.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::verdicts::tenant::{CLOUD, MAIL, NAME, OKTA, OTHER, Tenant, event, tenant, token_event};

/// The packs whose examples are taken.
const PACKS: [&str; 3] = ["app-exposure", "cis-gws-1.3", "scuba-gws-1"];
const SKU: &str = "/product/Google-Apps/sku/1010020020";
/// When its administrators set what the log tells.
const SET: &str = "2026-09-01T10:00:00Z";
const SEEN: &str = "2026-11-01T10:00:00Z";

/// How a tenant is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Temper {
    /// As the passing examples are.
    Strict,
    /// As the failing examples are, and strict in `/A`.
    Lax,
    /// Strict at the top; lax for an org unit, a group or a licence, setting by setting.
    Mixed,
}

impl Temper {
    pub(super) const ALL: [Self; 3] = [Self::Strict, Self::Lax, Self::Mixed];
}

/// The names of the groups of these tenants, by their ids.
pub(super) const GROUPS: [(&str, &str); 2] = [("g-travel", "travel@example.com"), ("g-inner", "inner@example.com")];

/// What examples of one verdict set, by setting type.
struct Wanted {
    settings: BTreeMap<String, Map<String, Value>>,
    /// Of types that are lists.
    rules: Vec<(String, Value)>,
    /// Names and values of the log's settings.
    logged: BTreeMap<String, String>,
    /// Other events of the log.
    events: BTreeMap<String, Map<String, Value>>,
}

/// The first example of each check that gets this verdict as a whole.
fn wanted(status: &str) -> Wanted {
    let mut wanted =
        Wanted { settings: BTreeMap::new(), rules: Vec::new(), logged: BTreeMap::new(), events: BTreeMap::new() };
    for pack in PACKS {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("config/packs/{pack}.yaml"));
        let text = std::fs::read_to_string(file).expect("a built-in pack");
        let pack: Value = serde_saphyr::from_str(&text).expect("a sound pack");
        for check in pack["checks"].as_array().expect("a list") {
            let examples = check["examples"].as_array().into_iter().flatten();
            let Some(example) = examples.into_iter().find(|example| example["status"] == status) else { continue };
            wanted.take(example);
        }
    }
    wanted
}

impl Wanted {
    fn take(&mut self, example: &Value) {
        for (setting, fields) in example["settings"].as_object().into_iter().flatten() {
            let fields = fields.as_object().cloned().unwrap_or_default();
            self.settings.entry(setting.clone()).or_default().extend(fields);
        }
        for rule in example["list_settings"].as_array().into_iter().flatten() {
            let setting = rule["type"].as_str().expect("a type").to_owned();
            self.rules.push((setting, rule["value"].clone()));
        }
        for entry in example["log"].as_array().into_iter().flatten() {
            if let (Some(setting), Some(value)) = (entry["setting"].as_str(), entry["value"].as_str()) {
                self.logged.insert(setting.to_owned(), value.to_owned());
            } else if let (Some(name), Some(parameters)) = (entry["event"].as_str(), entry["parameters"].as_object()) {
                self.events.insert(name.to_owned(), parameters.clone());
            }
        }
    }
}

/// Adds policies to a tenant.
struct Policies {
    tenant: Tenant,
    made: usize,
}

impl Policies {
    fn add(&mut self, setting: &str, value: impl Into<Value>, (unit, and): (&str, Option<&str>), order: f64) {
        let mut query = format!("entity.org_units.exists(org_unit, org_unit.org_unit_id == orgUnitId('{unit}'))");
        if let Some(clause) = and {
            query = format!("{query} && {clause}");
        }
        self.made += 1;
        let tenant = std::mem::replace(&mut self.tenant, tenant());
        self.tenant = tenant.record(
            "policy",
            json!({"name": format!("policies/p{}", self.made), "customer": "customers/C0example1", "type": "ADMIN",
                "policyQuery": {"query": query, "orgUnit": format!("orgUnits/{unit}"), "sortOrder": order},
                "setting": {"type": format!("settings/{setting}"), "value": value.into()}}),
        );
    }
}

const TOP: (&str, Option<&str>) = ("root", None);
const IN_A: (&str, Option<&str>) = ("/A", None);
const IN_B: (&str, Option<&str>) = ("/A/B", None);

fn with_policies(tenant: Tenant, temper: Temper) -> Tenant {
    let (strict, lax) = (wanted("pass"), wanted("fail"));
    let group = "entity.groups.exists(group, group.group_id == groupId('g-travel'))";
    let licence = format!("entity.licenses.exists(license, license in ['{SKU}'])");
    let (base, other) = match temper {
        Temper::Strict | Temper::Mixed => (&strict, &lax),
        Temper::Lax => (&lax, &strict),
    };
    let mut policies = Policies { tenant, made: 0 };
    for (setting, value) in &base.settings {
        policies.add(setting, value.clone(), TOP, 201.0);
    }
    for (nth, (setting, value)) in other.settings.iter().enumerate() {
        match (temper, nth % 5) {
            (Temper::Strict, _) | (Temper::Mixed, 4) => {}
            (Temper::Lax, _) | (Temper::Mixed, 0) => policies.add(setting, value.clone(), IN_A, 202.0),
            (Temper::Mixed, 1) => policies.add(setting, value.clone(), ("root", Some(group)), 399.0),
            (Temper::Mixed, 2) => policies.add(setting, value.clone(), ("root", Some(&licence)), 301.5),
            (Temper::Mixed, _) => policies.add(setting, value.clone(), IN_B, 203.0),
        }
    }
    for (setting, value) in &base.rules {
        policies.add(setting, value.clone(), TOP, 1.0);
    }
    policies.tenant
}

fn with_log(mut tenant: Tenant, temper: Temper) -> Tenant {
    let (strict, lax) = (wanted("pass"), wanted("fail"));
    let (base, other) = if temper == Temper::Lax { (&lax, &strict) } else { (&strict, &lax) };
    for (wanted, unit) in [(base, "Example Org"), (other, "/A")] {
        for (setting, value) in &wanted.logged {
            let parameters = [
                ("APPLICATION_NAME", "Example"),
                ("SETTING_NAME", setting.as_str()),
                ("NEW_VALUE", value.as_str()),
                ("ORG_UNIT_NAME", unit),
            ];
            tenant = tenant.admin(SET, &[event("CHANGE_APPLICATION_SETTING", &parameters)]);
        }
    }
    for (name, parameters) in &base.events {
        let parameters: Vec<(&str, &str)> =
            parameters.iter().map(|(name, value)| (name.as_str(), value.as_str().expect("a text"))).collect();
        tenant = tenant.admin(SET, &[event(name, &parameters)]);
    }
    tenant
}

fn user(tenant: Tenant, name: &str, unit: &str, rest: Value) -> Tenant {
    let mut data = json!({
        "id": format!("id-{name}"), "primaryEmail": format!("{name}@example.com"), "orgUnitPath": unit,
        "isAdmin": false, "isDelegatedAdmin": false, "suspended": false, "archived": false,
        "isEnrolledIn2Sv": true, "isEnforcedIn2Sv": true,
    });
    for (key, value) in rest.as_object().expect("an object") {
        data[key] = value.clone();
    }
    tenant.record("user", data)
}

fn with_people(mut tenant: Tenant) -> Tenant {
    tenant = tenant.unit("/A").unit("/A/B").unit("/C");
    for (name, unit, rest) in [
        ("ada", "/", json!({"isAdmin": true})),
        ("ben", "/A", json!({"isAdmin": true})),
        ("hal", "/A", json!({"isDelegatedAdmin": true, "isEnrolledIn2Sv": false})),
        ("sue", "/C", json!({"isAdmin": true, "suspended": true})),
        ("cleo", "/A", json!({})),
        ("dora", "/A/B", json!({})),
        ("emil", "/", json!({})),
        ("gus", "/C", json!({"archived": true})),
    ] {
        tenant = user(tenant, name, unit, rest);
    }
    for (id, email) in GROUPS {
        tenant = tenant.record("group", json!({"id": id, "email": email}));
    }
    let person = |name: &str| json!({"id": format!("id-{name}"), "email": format!("{name}@example.com"), "type": "USER", "role": "MEMBER"});
    tenant = tenant
        .member("g-travel", person("cleo"))
        .member("g-travel", json!({"id": "g-inner", "email": GROUPS[1].1, "type": "GROUP", "role": "MEMBER"}))
        .member("g-inner", person("dora"))
        .member("g-inner", person("hal"));
    for name in ["ada", "cleo", "emil"] {
        tenant = tenant.record(
            "license",
            json!({"productId": "Google-Apps", "skuId": "1010020020", "userId": format!("{name}@example.com")}),
        );
    }
    for (id, name) in [("1", "_SEED_ADMIN_ROLE"), ("2", "_HELP_DESK_ADMIN_ROLE")] {
        let system = json!({"roleId": id, "roleName": name, "isSystemRole": true, "isSuperAdminRole": id == "1"});
        tenant = tenant.record("role", system);
    }
    for (nth, (role, holder, kind)) in [
        ("1", "id-ada", "user"),
        ("1", "id-ben", "user"),
        ("1", "id-sue", "user"),
        ("2", "id-hal", "user"),
        ("2", "g-inner", "group"),
    ]
    .into_iter()
    .enumerate()
    {
        tenant = tenant.record(
            "role_assignment",
            json!({"roleAssignmentId": format!("ra{nth}"), "roleId": role, "assignedTo": holder, "assigneeType": kind,
                "scopeType": "CUSTOMER"}),
        );
    }
    tenant
        .record(
            "sso_assignment",
            json!({"name": "inboundSsoAssignments/1", "ssoMode": "SAML_SSO", "targetOrgUnit": "orgUnits//A"}),
        )
        .record(
            "sso_assignment",
            json!({"name": "inboundSsoAssignments/2", "ssoMode": "SSO_OFF", "targetGroup": "groups/g-travel", "rank": 1}),
        )
        .record(
            "sso_assignment",
            json!({"name": "inboundSsoAssignments/3", "ssoMode": "SSO_OFF", "targetOrgUnit": "orgUnits/root"}),
        )
}

fn with_domains(mut tenant: Tenant) -> Tenant {
    let alias = json!([{"domainAliasName": "example.net", "parentDomainName": "example.com", "verified": true}]);
    tenant = tenant
        .record(
            "domain",
            json!({"domainName": "example.com", "isPrimary": true, "verified": true, "domainAliases": alias}),
        )
        .record("domain", json!({"domainName": "mail.example.org", "isPrimary": false, "verified": true}));
    let dmarc =
        "v=DMARC1; p=reject; rua=mailto:reports@dmarc.cyber.dhs.gov,mailto:d@example.com; ruf=mailto:d@example.com";
    let key = "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A";
    let mut names: BTreeSet<String> = BTreeSet::new();
    for domain in ["example.com", "example.net", "mail.example.org"] {
        for prefix in ["", "_dmarc.", "google._domainkey.", "selector1._domainkey.", "selector2._domainkey."] {
            names.insert(format!("{prefix}{domain}"));
        }
    }
    names.extend(["_dmarc.example.org".to_owned(), "_spf.mail.example.org".to_owned()]);
    for name in names {
        let text = match name.as_str() {
            "example.com" | "example.net" => Some("v=spf1 include:_spf.google.com -all"),
            "mail.example.org" => Some("v=spf1 redirect=_spf.mail.example.org"),
            "_spf.mail.example.org" => Some("v=spf1 include:_spf.google.com -all"),
            // The subdomain has none of its own.
            "_dmarc.example.com" | "_dmarc.example.net" | "_dmarc.example.org" => Some(dmarc),
            name if name.starts_with("google.") => Some(key),
            _ => None,
        };
        let answer = match text {
            Some(text) => json!({"name": name, "type": "TXT", "status": "answer", "texts": [text]}),
            None => json!({"name": name, "type": "TXT", "status": "none"}),
        };
        tenant = tenant.record("dns_answer", answer);
    }
    tenant
}

fn with_apps(tenant: Tenant) -> Tenant {
    let (cleo, dora) = ("cleo@example.com", "dora@example.com");
    tenant
        .grant(cleo, OKTA, NAME, &[CLOUD, MAIL])
        .grant(dora, OTHER, "Okta W0rkflows", &[MAIL])
        .grant("ada@example.com", OTHER, "Okta W0rkflows", &["https://www.googleapis.com/auth/drive"])
        .grant("sue@example.com", "777-old.apps.googleusercontent.com", "Old Tool", &[CLOUD])
        .token(SEEN, cleo, token_event("authorize", OKTA, NAME, &[CLOUD, MAIL]))
        .token(SEEN, dora, token_event("activity", OTHER, "Okta W0rkflows", &[MAIL]))
        .attest_session(
            "/",
            SET,
            "reauth = \"required\", frequency = \"16h\", method = \"security_key\", exempt_trusted_apps = false",
        )
        .attest_session("/A", SET, "reauth = \"inherit\"")
        .attest_session("/A/B", SET, "reauth = \"not_required\"")
        .attest_session("/C", SET, "reauth = \"inherit\"")
        .attest_access("/", SET, "trusted")
        .attest_access("/A", SET, "blocked")
        .attest_access("/C", SET, "inherit")
}

/// The tenant.
pub(super) fn world(temper: Temper) -> Tenant {
    let tenant = tenant().reading(&[
        "cloudidentity.inbound_sso",
        "cloudidentity.policies",
        "directory.domains",
        "directory.groups",
        "directory.role_assignments",
        "directory.roles",
        "dns",
        "licensing.assignments",
    ]);
    let tenant = with_apps(with_domains(with_people(tenant)));
    let tenant = with_log(with_policies(tenant, temper), temper);
    match temper {
        Temper::Strict | Temper::Lax => tenant,
        Temper::Mixed => tenant.binding(
            "b1",
            "g-travel",
            json!({"sessionSettings": {"sessionLength": "3600s", "sessionLengthEnabled": true, "sessionReauthMethod": "PASSWORD"}}),
        ),
    }
}
