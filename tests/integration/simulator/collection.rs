//! What a collection asks of such a tenant, and what it keeps.

use std::collections::BTreeMap;

use gwsaudit::collect::{DnsPlan, OrganizationPlan, Plan, Purpose, Scan, Unobserved, collect};
use gwsaudit::google::{Google, Limits, Options, Pacing, ServiceAccountKey};
use gwsaudit::snapshot::SourceId;

use super::*;

const TENANT: &str = r#"
[[user]]
email = "licensed@small.example"
licences = ["Google-Apps/1010020020"]

[[group]]
email = "policy@small.example"
members = ["nobody@small.example", "nested@small.example"]

[[group]]
email = "nested@small.example"
members = ["licensed@small.example"]

[[group]]
email = "unrelated@small.example"
members = ["root@small.example"]

[[group]]
email = "admins@small.example"
members = ["helper@small.example"]

[[role_assignment]]
role = "_HELP_DESK_ADMIN_ROLE"
group = "admins@small.example"

[[domain]]
name = "small.example"
aliases = ["alias.example"]

[[dns]]
name = "small.example"
texts = ["v=spf1 redirect=_spf.small.example", "another=text"]

[[dns]]
name = "_spf.small.example"
texts = ["v=spf1 include:_spf.google.com -all"]

[[dns]]
name = "_dmarc.small.example"
texts = ["v=DMARC1; p=reject; rua=mailto:dmarc@small.example"]

[[dns]]
name = "s2026._domainkey.small.example"
texts = ["v=DKIM1; k=rsa; p=KEY_OF_MORE_THAN_255_BYTES"]

[[policy]]
setting = "gmail.imap_access"
group = "policy@small.example"

[[policy]]
setting = "gmail.confidential_mode"
licences = ["Google-Apps/1010020020"]

[[policy]]
setting = "security.two_step_verification_enrollment"
group = "WORKSPACE_ALL_ADMIN_GROUP"
"#;

fn tenant() -> String {
    format!("{SMALL}{TENANT}").replace("KEY_OF_MORE_THAN_255_BYTES", &"A".repeat(400))
}

/// What a snapshot holds: how each source went, and each record's data by type.
struct Kept {
    sources: BTreeMap<String, Value>,
    records: BTreeMap<String, Vec<Value>>,
}

impl Kept {
    fn of(&self, kind: &str) -> &[Value] {
        self.records.get(kind).map(Vec::as_slice).unwrap_or_default()
    }

    fn status(&self, source: &str) -> &str {
        self.sources.get(source).and_then(|source| source["status"].as_str()).unwrap_or("absent")
    }
}

async fn collected(running: &Running, purpose: Purpose, needs: &[SourceId], dns: DnsPlan) -> Kept {
    let config: toml::Table = running.config_toml("key.json", None).parse().expect("a configuration");
    let google = Google::connect(Options {
        credentials: ServiceAccountKey::from_json(&running.key_file_json()).expect("a key").into(),
        subject: config["tenant"]["admin"].as_str().expect("text").parse().expect("an address"),
        endpoint: Some(running.base_url().parse().expect("an endpoint")),
        limits: Limits { pacing: Pacing::Learnt, ..Limits::default() },
        user_agent: "gwsaudit-tests".to_owned(),
    })
    .await
    .expect("a client");
    let plan = Plan {
        customer: "my_customer".parse().expect("a customer"),
        purpose,
        needs: needs.iter().copied().collect(),
        scan: Scan::All,
        organization: OrganizationPlan::StatedNone,
        dns,
        apps: Vec::new(),
        now: running.now(),
    };
    let collected = collect(&google, &plan, &Unobserved).await.expect("storage");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tenant.jsonl");
    collected.write(Some(&path)).expect("storage");
    let mut kept = Kept { sources: BTreeMap::new(), records: BTreeMap::new() };
    for line in std::fs::read_to_string(&path).expect("a snapshot").lines().skip(1) {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let kind = line["type"].as_str().expect("a type").to_owned();
        if kind == "source" {
            kept.sources.insert(line["data"]["id"].as_str().expect("an id").to_owned(), line["data"].clone());
        } else {
            let mut data = line["data"].clone();
            if let Some(group) = line.get("group") {
                data["of_group"] = group.clone();
            }
            kept.records.entry(kind).or_default().push(data);
        }
    }
    kept
}

fn names(running: &Running) -> DnsPlan {
    let selectors = vec!["s2026".parse().expect("a selector")];
    DnsPlan::Ask { servers: vec![running.name_server()], selectors }
}

/// The paths that were asked for, `/token` left out.
fn asked(running: &Running) -> BTreeSet<String> {
    let requests = running.requests().into_iter();
    requests.map(|request| request.path).filter(|path| path != "/token").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_holds_everything() {
    let running = start(&tenant()).await;
    let kept = collected(&running, Purpose::Snapshot, &[], names(&running)).await;
    let all: BTreeSet<&str> = SourceId::ALL.iter().map(|source| source.as_str()).collect();
    let left_out = BTreeSet::from(["canaries", "cloudresourcemanager.organizations"]);
    assert_eq!(kept.sources.keys().map(String::as_str).collect::<BTreeSet<_>>(), &all - &left_out);
    for (id, source) in &kept.sources {
        let stated = id == "accesscontextmanager.bindings";
        assert_eq!(source["status"], if stated { "skipped" } else { "complete" }, "{source}");
    }
    let count = |kind: &str| kept.of(kind).len();
    assert_eq!((count("license"), count("role"), count("role_assignment"), count("domain")), (1, 2, 3, 1));
    assert_eq!((count("member"), count("group"), count("policy")), (5, 4, 3));
    assert!(running.requests().iter().all(|request| !request.unexpected));
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_asks_only_for_what_policies_name() {
    let running = start(&tenant()).await;
    let kept = collected(&running, Purpose::Audit, &[SourceId::Policies], DnsPlan::Off).await;
    let group_of = |email: &str| {
        let group = kept.of("group").iter().find(|group| group["email"] == email).expect("a group");
        group["id"].as_str().expect("an id").to_owned()
    };
    let wanted: BTreeSet<String> = [
        "/admin/directory/v1/customers/my_customer".to_owned(),
        "/admin/directory/v1/customer/my_customer/orgunits".to_owned(),
        "/admin/directory/v1/users".to_owned(),
        "/admin/directory/v1/groups".to_owned(),
        format!("/admin/directory/v1/groups/{}/members", group_of("policy@small.example")),
        format!("/admin/directory/v1/groups/{}/members", group_of("nested@small.example")),
        "/apps/licensing/v1/product/Google-Apps/users".to_owned(),
        "/v1/policies".to_owned(),
    ]
    .into();
    assert_eq!(asked(&running), wanted);
    let members: Vec<_> =
        kept.of("member").iter().map(|member| (member["of_group"].as_str(), member["email"].as_str())).collect();
    let (policy, nested) = (group_of("policy@small.example"), group_of("nested@small.example"));
    assert_eq!(
        members,
        [
            (Some(policy.as_str()), Some("nobody@small.example")),
            (Some(policy.as_str()), Some("nested@small.example")),
            (Some(nested.as_str()), Some("licensed@small.example")),
        ]
    );
    assert_eq!(kept.of("license")[0]["userId"], "licensed@small.example");
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_of_roles_asks_who_is_in_groups_that_hold_one() {
    let running = start(&tenant()).await;
    let kept = collected(&running, Purpose::Audit, &[SourceId::RoleAssignments], DnsPlan::Off).await;
    assert_eq!(
        kept.of("member").iter().map(|member| member["email"].as_str()).collect::<Vec<_>>(),
        [Some("helper@small.example")]
    );
    assert_eq!((kept.status("directory.roles"), kept.status("directory.groups")), ("complete", "absent"));
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_costs_its_source_alone() {
    let scopes: Vec<&str> = DELEGATED.into_iter().filter(|scope| *scope != "apps.licensing").collect();
    let service = format!(
        "[service]\ndelegated_scopes = {scopes:?}\ndisabled_apis = [\"accesscontextmanager.googleapis.com\"]\n"
    );
    let running = start(&format!("{service}{}", tenant())).await;
    let kept = collected(&running, Purpose::Audit, &[SourceId::Policies, SourceId::InboundSso], DnsPlan::Off).await;
    assert_eq!(kept.status("licensing.assignments"), "denied");
    let next = kept.sources["licensing.assignments"]["next_step"].as_str().expect("advice");
    assert!(next.contains("apps.licensing") && next.contains("Domain-wide delegation"), "{next}");
    for source in ["cloudidentity.policies", "directory.members", "cloudidentity.inbound_sso", "directory.users"] {
        assert_eq!(kept.status(source), "complete", "{source}");
    }
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_looked_up_and_absence_is_an_answer() {
    let running = start(&tenant()).await;
    let kept = collected(&running, Purpose::Audit, &[SourceId::Dns], names(&running)).await;
    let read: Vec<String> = kept
        .of("dns_answer")
        .iter()
        .map(|answer| {
            let lengths = answer["texts"].as_array().into_iter().flatten();
            let lengths: Vec<usize> = lengths.map(|text| text.as_str().map_or(0, str::len)).collect();
            format!(
                "{} {} {lengths:?}",
                answer["name"].as_str().expect("a name"),
                answer["status"].as_str().expect("a status")
            )
        })
        .collect();
    insta::assert_snapshot!(read.join("\n"), @r"
    _dmarc.alias.example none []
    _dmarc.small.example answer [50]
    _spf.small.example answer [35]
    alias.example none []
    google._domainkey.alias.example none []
    google._domainkey.small.example none []
    s2026._domainkey.alias.example none []
    s2026._domainkey.small.example answer [418]
    selector1._domainkey.alias.example none []
    selector1._domainkey.small.example none []
    selector2._domainkey.alias.example none []
    selector2._domainkey.small.example none []
    small.example answer [12, 34]
    ");
    assert_eq!((kept.status("dns"), kept.sources["dns"]["requests"].as_u64()), ("complete", Some(13)));
    assert_eq!(kept.status("directory.domains"), "complete");
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_nobody_can_tell_of_is_never_absent() {
    let failing = tenant().replace("texts = [\"v=DMARC1; p=reject; rua=mailto:dmarc@small.example\"]", "fail = true");
    let running = start(&failing).await;
    let kept = collected(&running, Purpose::Audit, &[SourceId::Dns], names(&running)).await;
    let failed: Vec<_> = kept.of("dns_answer").iter().filter(|answer| answer["status"] == "failed").collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["name"], "_dmarc.small.example");
    assert!(failed[0]["error"].as_str().is_some_and(|error| !error.contains("127.0.0.1")), "{}", failed[0]);
    assert_eq!(kept.status("dns"), "partial");

    let nobody = DnsPlan::Ask { servers: vec![([127, 0, 0, 1], 9).into()], selectors: Vec::new() };
    let kept = collected(&running, Purpose::Audit, &[SourceId::Dns], nobody).await;
    assert!(kept.of("dns_answer").iter().all(|answer| answer["status"] == "failed"));
    assert_eq!(kept.status("dns"), "failed");

    let kept = collected(&running, Purpose::Audit, &[SourceId::Dns], DnsPlan::Off).await;
    assert_eq!((kept.status("dns"), kept.of("dns_answer").len()), ("skipped", 0));
    assert!(kept.sources["dns"]["note"].as_str().is_some_and(|note| note.contains("enabled = false")));
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn domains_that_cannot_be_listed_leave_no_name_to_look_up() {
    let scopes: Vec<&str> = DELEGATED.into_iter().filter(|scope| !scope.contains("domain")).collect();
    let running = start(&format!("[service]\ndelegated_scopes = {scopes:?}\n{}", tenant())).await;
    let kept = collected(&running, Purpose::Audit, &[SourceId::Dns], names(&running)).await;
    assert_eq!((kept.status("directory.domains"), kept.status("dns")), ("denied", "skipped"));
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_tenant_is_read_in_full() {
    let size = "[generate]\norg_units = 200\ngroups = 300\nmemberships = 10\nusers = 2000\npolicies = 5027\n";
    let running = start(&format!("{size}{SMALL}")).await;
    let started = std::time::Instant::now();
    let kept = collected(&running, Purpose::Audit, &[SourceId::Policies], DnsPlan::Off).await;
    let took = started.elapsed();
    assert_eq!((kept.of("policy").len(), kept.of("org_unit").len()), (5027, 202));
    assert_eq!((kept.of("member").len(), kept.of("user").len()), (3000, 2004));
    assert_eq!(kept.sources["directory.members"]["requests"], 300);
    assert!(took < Duration::from_secs(60), "{took:?}");
    running.shutdown().await;
}
