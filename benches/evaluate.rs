//! Judging a large tenant: 2,000 org units, 100,000 accounts, 500 groups, 5,000 policies, 20,000 administrators' events,
//! 5,000 grants.
//!
//! `cargo bench --bench evaluate`; figures stand in `benches/README.md`.

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use gwsaudit::checks::{Acceptance, Inquiry, Registry, Selection, evaluate};
use gwsaudit::config::{builtin_catalogue, read_attestations};
use gwsaudit::domain::PackId;
use gwsaudit::evidence::{AppDefinition, gather};
use gwsaudit::facts::{Facts, Statements};
use gwsaudit::google::reports::Application;
use gwsaudit::policy::{FieldKind, SettingCatalogue, SettingSpec};
use gwsaudit::report::model::SourceStatus;
use gwsaudit::snapshot::{
    Header, Line, Operator, RecordKind, SCHEMA, Snapshot, SourceId, SourceRecord, Spool, write_snapshot,
};
use serde_json::{Value, json};

const ORG_UNITS: usize = 2_000;
const USERS: usize = 100_000;
const GROUPS: usize = 500;
/// Of each group; most users are in none.
const MEMBERS: usize = 20;
const POLICIES: usize = 5_000;
const COLLECTED_AT: &str = "2026-11-23T10:00:00Z";
const CLIENT: &str = "1234567890-abc.apps.googleusercontent.com";
const ATTESTATIONS: &str = r#"
[[attestation]]
setting = "cloud-session-control"
org_unit = "/"
value = { reauth = "required", frequency = "16h", method = "password", exempt_trusted_apps = true }
below = "inherit"
attested_by = "alice@example.com"
attested_at = 2026-11-20T10:00:00Z

[[attestation]]
setting = "app-access"
app = "okta-workflows-gmail"
org_unit = "/"
value = "trusted"
below = "inherit"
attested_by = "alice@example.com"
attested_at = 2026-11-20T10:00:00Z
"#;

fn path_of(unit: usize) -> String {
    if unit == 0 {
        return "/".to_owned();
    }
    let above = path_of((unit - 1) / 6);
    format!("{}/unit-{unit}", above.trim_end_matches('/'))
}

fn activity(application: &str, number: usize, minutes_ago: usize, actor: &str, event: &Value) -> Value {
    let collected: jiff::Timestamp = COLLECTED_AT.parse().expect("a literal time");
    let at = collected - jiff::SignedDuration::from_mins(i64::try_from(minutes_ago).expect("a small number"));
    json!({
        "id": {"time": at.to_string(), "uniqueQualifier": number.to_string(), "applicationName": application},
        "actor": {"email": actor, "profileId": actor.len().to_string()},
        "events": [event],
    })
}

/// A value of a field, one of two.
fn value_of(kind: &FieldKind, which: bool) -> Option<Value> {
    Some(match kind {
        FieldKind::Bool => json!(which),
        FieldKind::Int => json!(if which { 8 } else { 16 }),
        FieldKind::Enum(words) => json!(words.iter().nth(usize::from(which))?),
        FieldKind::Duration => json!(if which { "43200s" } else { "72000s" }),
        FieldKind::Text => json!(if which { "one" } else { "other" }),
        FieldKind::List(items) => Value::Array(value_of(items, which).into_iter().collect()),
        FieldKind::Timestamp | FieldKind::Record(_) | FieldKind::Opaque => return None,
    })
}

/// The first policies are for everybody, one of each setting; the rest for an org unit, for a group, or for holders of a
/// licence in an org unit.
fn policy(number: usize, specs: &[&SettingSpec]) -> Value {
    let spec = specs[number % specs.len()];
    let round = number / specs.len();
    let fields = spec
        .fields
        .iter()
        .filter_map(|field| Some((field.name.clone(), value_of(&field.kind, number.is_multiple_of(2))?)));
    let of_unit = |unit| format!("entity.org_units.exists(org_unit, org_unit.org_unit_id == orgUnitId('{unit}'))");
    let (query, order) = match number {
        _ if round == 0 => (of_unit(0), "101".to_owned()),
        _ if number.is_multiple_of(5) => {
            let group = number / 5 % GROUPS;
            let clause = format!("entity.groups.exists(group, group.group_id == groupId('g{group}'))");
            (format!("{} && {clause}", of_unit(0)), format!("399.{number:05}"))
        }
        _ if number % 50 == 1 => {
            let clause = "entity.licenses.exists(license, license in ['/product/Google-Apps/sku/1010020020'])";
            (format!("{} && {clause}", of_unit(number % ORG_UNITS)), "205.5".to_owned())
        }
        _ => (of_unit(number % ORG_UNITS), "205".to_owned()),
    };
    let order: Value = serde_json::from_str(&order).expect("a number");
    json!({
        "name": format!("policies/p{number}"),
        "customer": "customers/C0bench1",
        "type": if round == 0 { "SYSTEM" } else { "ADMIN" },
        "policyQuery": {"query": query, "sortOrder": order},
        "setting": {"type": format!("settings/{}", spec.setting), "value": Value::Object(fields.collect())},
    })
}

fn write_tenant(path: &Path) -> Snapshot {
    let mut sources = Vec::new();
    let mut spools = Vec::new();
    let mut add = |id: SourceId, lines: Vec<Line>| {
        let mut spool = Spool::new().expect("temporary storage");
        for line in &lines {
            spool.push(line).expect("temporary storage");
        }
        let mut source = SourceRecord::new(id, SourceStatus::Complete);
        source.items = spool.lines();
        source.window_from = Some("2026-05-27T10:00:00Z".parse().expect("a literal time"));
        source.window_to = Some(COLLECTED_AT.parse().expect("a literal time"));
        sources.push(source);
        spools.push(spool);
    };
    let line = |kind, data: Value| Line::new(kind, &data).expect("JSON");

    add(
        SourceId::Customer,
        vec![line(RecordKind::Customer, json!({"id": "C0bench1", "customerDomain": "example.com"}))],
    );
    let unit = |unit: usize| {
        let parent = (unit > 0).then(|| format!("id:{}", (unit - 1) / 6));
        line(
            RecordKind::OrgUnit,
            json!({"orgUnitId": format!("id:{unit}"), "orgUnitPath": path_of(unit), "name": format!("unit-{unit}"), "parentOrgUnitId": parent}),
        )
    };
    add(SourceId::OrgUnits, (0..ORG_UNITS).map(unit).collect());
    let user = |user: usize| {
        line(
            RecordKind::User,
            json!({"id": format!("1{user:08}"), "primaryEmail": format!("user{user}@example.com"), "orgUnitPath": path_of(user % ORG_UNITS)}),
        )
    };
    add(SourceId::Users, (0..USERS).map(user).collect());
    let group = |group: usize| {
        line(RecordKind::Group, json!({"id": format!("g{group}"), "email": format!("group{group}@example.com")}))
    };
    add(SourceId::Groups, (0..GROUPS).map(group).collect());
    let member = |number: usize| {
        let (group, nth) = (number / MEMBERS, number % MEMBERS);
        let user = (group * 97 + nth * 31) % USERS;
        let mut line = line(RecordKind::Member, json!({"id": format!("1{user:08}"), "type": "USER"}));
        line.group = Some(format!("g{group}"));
        line
    };
    add(SourceId::Members, (0..GROUPS * MEMBERS).map(member).collect());
    let licence = |user: usize| {
        let sku = if user.is_multiple_of(3) { "1010020020" } else { "1010060003" };
        let user = format!("user{user}@example.com");
        line(RecordKind::License, json!({"productId": "Google-Apps", "skuId": sku, "userId": user}))
    };
    add(SourceId::Licences, (0..USERS).map(licence).collect());
    let specs: Vec<&SettingSpec> = SettingCatalogue::builtin().iter().collect();
    let policies = (0..POLICIES).map(|number| line(RecordKind::Policy, policy(number, &specs)));
    add(SourceId::Policies, policies.collect());
    let grant = |user: usize| {
        let mut line = line(
            RecordKind::Grant,
            json!({"clientId": CLIENT, "displayText": "Okta Workflows", "scopes": ["https://www.googleapis.com/auth/cloud-platform"]}),
        );
        line.user = Some(format!("user{user}@example.com"));
        line
    };
    add(SourceId::Grants, (0..5_000).map(grant).collect());
    let admin = |number: usize| {
        let unit = format!("unit-{}", number * 7 % ORG_UNITS);
        let event = match number % 4 {
            0 => json!({"type": "SECURITY_SETTINGS", "name": "SESSION_CONTROL_SETTINGS_CHANGE", "parameters": [
                {"name": "REAUTH_APPLICATION", "value": "CLOUD_ADMIN_TOOLS"}, {"name": "REAUTH_SETTING_NEW", "value": "NEVER"},
                {"name": "ORG_UNIT_NAME", "value": unit}]}),
            1 => json!({"type": "SECURITY_SETTINGS", "name": "ADD_TO_TRUSTED_OAUTH2_APPS", "parameters": [
                {"name": "OAUTH2_APP_ID", "value": CLIENT}, {"name": "ORG_UNIT_NAME", "value": unit}]}),
            _ => json!({"type": "USER_SETTINGS", "name": "CHANGE_PASSWORD", "parameters": [
                {"name": "USER_EMAIL", "value": format!("user{number}@example.com")}]}),
        };
        line(
            RecordKind::Activity(Application::Admin),
            activity("admin", number, 5_000 + number * 10, "root@example.com", &event),
        )
    };
    add(SourceId::AdminLog, (0..20_000).map(admin).collect());
    let token = |number: usize| {
        let event = json!({"type": "auth", "name": "authorize", "parameters": [
            {"name": "client_id", "value": CLIENT}, {"name": "app_name", "value": "Okta Workflows"},
            {"name": "scope", "multiValue": ["https://www.googleapis.com/auth/cloud-platform"]}]});
        let actor = format!("user{}@example.com", number % 5_000);
        line(RecordKind::Activity(Application::Token), activity("token", number, number * 9, &actor, &event))
    };
    add(SourceId::TokenLog, (0..25_000).map(token).collect());

    let header = Header {
        schema: SCHEMA.to_owned(),
        tool_version: "bench".to_owned(),
        collected_at: COLLECTED_AT.parse().expect("a literal time"),
        customer: "my_customer".to_owned(),
        operator: Operator { gcp_organization: Some("none".to_owned()) },
    };
    write_snapshot(Some(path), &header, &sources, spools).expect("temporary storage")
}

fn judge(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("temporary storage");
    let snapshot = write_tenant(&folder.path().join("tenant.jsonl"));
    let catalogue = builtin_catalogue(&[]).expect("the built-in catalogue");
    let okta: &AppDefinition = catalogue.apps.get("okta-workflows-gmail").expect("a built-in app");
    let apps = [okta];
    let ids = [okta.id.clone()];
    let statements = Statements {
        suppositions: Vec::new(),
        configured_apps: None,
        attestations: read_attestations("attestations.toml", ATTESTATIONS, &ids).expect("sound attestations"),
        no_bindings: true,
        catalogue: catalogue.clone(),
    };
    let (registry, selection) = (Registry::builtin(), Selection::default());

    let mut group = criterion.benchmark_group("large tenant");
    group.sample_size(10);
    group.bench_function("read the snapshot", |bencher| {
        bencher.iter(|| black_box(gather(&snapshot, &apps).expect("a sound snapshot")));
    });
    group.bench_function("facts and checks", |bencher| {
        bencher.iter_batched(
            || gather(&snapshot, &apps).expect("a sound snapshot"),
            |evidence| {
                let facts = Facts::derive(evidence, &statements, &apps);
                let inquiry = Inquiry { facts: &facts, selection: &selection, acceptance: Acceptance::ProvenOnly };
                black_box(evaluate(registry.checks_of(&okta.packs), &inquiry))
            },
            criterion::BatchSize::LargeInput,
        );
    });
    let packs: Vec<PackId> = registry.packs().iter().map(|pack| pack.id.parse().expect("an id")).collect();
    group.bench_function("reduction and all packs", |bencher| {
        bencher.iter_batched(
            || Facts::derive(gather(&snapshot, &apps).expect("a sound snapshot"), &statements, &apps),
            |facts| {
                let inquiry = Inquiry { facts: &facts, selection: &selection, acceptance: Acceptance::ProvenOnly };
                black_box(evaluate(registry.checks_of(&packs), &inquiry))
            },
            criterion::BatchSize::PerIteration,
        );
    });
    group.bench_function("reduction and all packs over a snapshot", |bencher| {
        bencher.iter(|| {
            let facts = Facts::derive(gather(&snapshot, &apps).expect("a sound snapshot"), &statements, &apps);
            let inquiry = Inquiry { facts: &facts, selection: &selection, acceptance: Acceptance::ProvenOnly };
            black_box(evaluate(registry.checks_of(&packs), &inquiry))
        });
    });
    group.finish();
}

criterion_group!(benches, judge);
criterion_main!(benches);
