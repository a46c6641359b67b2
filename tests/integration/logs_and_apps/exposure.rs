use gwsaudit::domain::{AppId, Scope};
use gwsaudit::evidence::Extent;
use gwsaudit::facts::{AppExposure, Facts};
use serde_json::{Value, json};

use super::{listed, told};
use crate::verdicts::tenant::{AS_OF, CLOUD, MAIL, NAME, OKTA, OTHER, Tenant, event, listing_of, tenant, token_event};

const DELEGATED: &str = "105000000000000000001";

fn of<'f>(facts: &'f Facts, client: &str) -> &'f AppExposure {
    facts.exposures.iter().find(|app| app.client.as_str() == client).unwrap_or_else(|| panic!("{client} is there"))
}

fn units(facts: &Facts, app: &AppExposure) -> (String, String) {
    let path = |unit: &usize| facts.tree.path(*unit).to_string();
    (listed(&app.org_units, path), listed(&app.trusted_in, path))
}

fn scopes(seen: &gwsaudit::facts::Seen<Scope>) -> String {
    listed(seen, |scope| scope.as_str().rsplit('/').next().unwrap_or_default().to_owned())
}

fn account(email: &str, path: &str, rest: Value) -> Value {
    let mut data = json!({"id": format!("id-{email}"), "primaryEmail": email, "orgUnitPath": path, "isAdmin": false,
        "isDelegatedAdmin": false});
    for (key, value) in rest.as_object().expect("an object") {
        data[key] = value.clone();
    }
    data
}

/// Four holders of another tool: two active ones, one of them an administrator, one suspended and one who is gone.
fn used() -> Tenant {
    let grant = |tenant: Tenant, user: &str, scopes: &[&str]| tenant.grant(user, OTHER, "Other Tool", scopes);
    let tenant = tenant()
        .unit("/A")
        .unit("/B")
        .record("user", account("ann@example.com", "/A", json!({"isDelegatedAdmin": true})))
        .record("user", account("bob@example.com", "/A", json!({})))
        .record("user", account("cyd@example.com", "/B", json!({"suspended": true})))
        .record("user", account("dan@example.com", "/B", json!({})));
    let tenant = grant(tenant, "ann@example.com", &[CLOUD]);
    let tenant = grant(tenant, "bob@example.com", &[MAIL, "openid"]);
    let tenant = grant(tenant, "bob@example.com", &[MAIL]);
    let tenant = grant(tenant, "cyd@example.com", &[MAIL]);
    grant(tenant, "gone@example.com", &["https://www.googleapis.com/auth/drive.file"])
}

#[test]
fn who_granted_what_and_where() {
    let facts = used().facts();
    let app = of(&facts, OTHER);
    assert_eq!(scopes(&app.scopes), "cloud-platform, drive.file, gmail.readonly, openid");
    assert_eq!(scopes(&app.cloud_scopes), "cloud-platform");
    assert_eq!(scopes(&app.restricted_scopes), "gmail.readonly");
    assert_eq!((told(&app.users), told(&app.used_by_admins)), ("2 proven".to_owned(), "1 proven".to_owned()));
    let named: Vec<&str> = app.examples.iter().map(gwsaudit::domain::Email::as_str).collect();
    assert_eq!(named, ["ann@example.com", "bob@example.com"]);
    assert_eq!(units(&facts, app).0, "/A");
    assert_eq!((app.name.as_str(), told(&app.anonymous)), ("Other Tool", "false proven".to_owned()));
    assert!(!app.in_catalogue && !app.pinned && app.looks_like.items.is_empty() && app.looks_like.is_whole());
    let says: Vec<&str> = app.evidence.iter().map(|item| item.says.as_str()).collect();
    assert_eq!(says, ["\"Other Tool\" holds grants of 2 active users: ann@example.com, bob@example.com"]);
}

#[test]
fn what_was_not_read_is_not_nobody() {
    for (id, status) in [("directory.tokens", "partial"), ("directory.users", "denied")] {
        let facts = used().source(id, status).facts();
        let app = of(&facts, OTHER);
        assert_eq!((told(&app.users), told(&app.used_by_admins)), ("unknown".to_owned(), "unknown".to_owned()), "{id}");
        assert!(!app.org_units.is_whole(), "{id}");
        assert_eq!(app.scopes.is_whole(), id == "directory.users");
        assert!(!app.scopes.items.is_empty(), "what is there is there");
    }
    let mut asked_few = used();
    asked_few.sources.get_mut("directory.tokens").expect("a source")["users_not_asked"] = json!(7);
    let facts = asked_few.facts();
    let fact = &of(&facts, OTHER).users;
    assert_eq!(told(fact), "unknown");
    assert!(fact.gaps.iter().any(|gap| gap.supply.contains("--scan all")), "{:?}", fact.gaps);
    let twice = used().record("user", account("ann@example.com", "/B", json!({}))).facts();
    let app = of(&twice, OTHER);
    assert_eq!((told(&app.users), units(&twice, app).0), ("unknown".to_owned(), "/A, …".to_owned()));
    let lost =
        used().source("directory.orgunits", "partial").record("user", account("eve@example.com", "/C", json!({})));
    let lost = lost.grant("eve@example.com", OTHER, "Other Tool", &[MAIL]).facts();
    assert_eq!(units(&lost, of(&lost, OTHER)).0, "/A, …");
    let silent = used().user("eve@example.com", "/A").grant("eve@example.com", OTHER, "Other Tool", &[MAIL]).facts();
    assert_eq!(told(&of(&silent, OTHER).used_by_admins), "unknown", "the record does not say");
    assert_eq!(told(&of(&silent, OTHER).users), "3 proven");
}

#[test]
fn a_scope_that_nobody_knows_may_open_cloud() {
    let facts = used().grant("dan@example.com", OTHER, "Other Tool", &["https://tomorrow.example/scope"]).facts();
    let app = of(&facts, OTHER);
    assert_eq!((scopes(&app.cloud_scopes), app.scopes.is_whole()), ("cloud-platform, …".to_owned(), true));
}

#[test]
fn the_token_log_tells_of_use_and_not_of_its_lack() {
    let of_other = |name: &str| token_event(name, OTHER, "Other Tool", &[MAIL]);
    let ago = |days: i64| {
        let as_of: jiff::Timestamp = AS_OF.parse().expect("a time");
        (as_of - jiff::SignedDuration::from_hours(days * 24)).to_string()
    };
    let authorized = used().token(&ago(40), "bob@example.com", of_other("authorize"));
    let days = |tenant: &Tenant| told(&of(&tenant.facts(), OTHER).days_unused);
    let last = |tenant: &Tenant| told(&of(&tenant.facts(), OTHER).last_used);
    assert_eq!((last(&used()), days(&used())), ("unknown".to_owned(), "unknown".to_owned()));
    assert_eq!(last(&authorized), format!("{} proven", ago(40)));
    assert_eq!(days(&authorized), "0..=40 proven");
    let revoked = authorized.clone().token(&ago(3), "bob@example.com", of_other("revoke"));
    assert_eq!(last(&revoked), format!("{} proven", ago(40)), "to revoke is not to use");
    let called = authorized.clone().token(&ago(12), "bob@example.com", of_other("activity"));
    assert_eq!((last(&called), days(&called)), (format!("{} proven", ago(12)), "12 proven".to_owned()));
    for status in ["partial", "denied"] {
        let less = called.clone().source("reports.token", status);
        assert_eq!((last(&less), days(&less)), ("unknown".to_owned(), "unknown".to_owned()), "{status}");
    }
}

#[test]
fn where_it_is_trusted() {
    let trusted = |place: &str| listing_of("ADD_TO_TRUSTED_OAUTH2_APPS", OTHER, "Other Tool", place);
    let by_log = used().admin("2026-09-01T10:00:00Z", &[trusted("Example Org")]).facts();
    assert_eq!(units(&by_log, of(&by_log, OTHER)).1, "/", "the top speaks for those below");
    let below = used().admin("2026-09-01T10:00:00Z", &[trusted("A")]).facts();
    assert_eq!(units(&below, of(&below, OTHER)).1, "/A, …");
    assert_eq!(units(&used().facts(), of(&used().facts(), OTHER)).1, "…", "nothing is known");
    let elsewhere = used().listed("2026-11-22T10:00:00Z", Extent::Whole, &[(OKTA, "Trusted", "/")]).facts();
    assert_eq!(units(&elsewhere, of(&elsewhere, OTHER)).1, "", "not on the list of all");
    assert_eq!(units(&elsewhere, of(&elsewhere, OKTA)).1, "/");
    let part = used().listed("2026-11-22T10:00:00Z", Extent::Unsaid, &[(OKTA, "Trusted", "/")]).facts();
    assert_eq!(units(&part, of(&part, OTHER)).1, "…", "the list may be narrowed");
    let since = used()
        .listed("2026-11-20T10:00:00Z", Extent::Whole, &[(OKTA, "Trusted", "/")])
        .admin("2026-11-21T10:00:00Z", &[event("OAUTH_APPS_BULK_UPLOAD", &[])])
        .facts();
    assert_eq!(units(&since, of(&since, OTHER)).1, "…", "anything may have been uploaded since");
    let no_log = used().source("reports.admin", "denied").admin("2026-09-01T10:00:00Z", &[trusted("Example Org")]);
    let no_log = no_log.facts();
    assert_eq!(units(&no_log, of(&no_log, OTHER)).1, "…");
}

#[test]
fn whom_it_passes_for() {
    let name = |name: &str| {
        let facts = used().grant("bob@example.com", "look-alike", name, &[MAIL]).facts();
        listed(&of(&facts, "look-alike").looks_like, AppId::to_string)
    };
    assert_eq!(name("Оkta W0rkflows"), "okta-workflows-gmail");
    assert_eq!(name("GOOGLE CLOUD-SDK"), "google-cloud-sdk");
    assert_eq!(name("Something else"), "");
    let real = used().grant("bob@example.com", OKTA, NAME, &[CLOUD]).facts();
    let app = of(&real, OKTA);
    assert!(app.in_catalogue && app.looks_like.items.is_empty());
    assert_eq!(app.app.as_ref().map(AppId::as_str), Some("okta-workflows-gmail"));
    let nameless = |tenant: Tenant| {
        let facts = tenant.grant("bob@example.com", "nameless", "", &[MAIL]).facts();
        let app = of(&facts, "nameless");
        (told(&app.anonymous), listed(&app.looks_like, AppId::to_string))
    };
    assert_eq!(nameless(used()), ("true proven".to_owned(), String::new()));
    assert_eq!(nameless(used().source("reports.token", "denied")), ("unknown".to_owned(), "…".to_owned()));
}

#[test]
fn what_was_delegated() {
    let authorized =
        |scopes: &str| event("AUTHORIZE_API_CLIENT_ACCESS", &[("API_CLIENT_NAME", DELEGATED), ("API_SCOPES", scopes)]);
    let removed = || event("REMOVE_API_CLIENT_ACCESS", &[("API_CLIENT_NAME", DELEGATED)]);
    let told = |days: &[Vec<Value>]| {
        let mut tenant = used();
        for (day, events) in days.iter().enumerate() {
            tenant = tenant.admin(&format!("2026-09-{:02}T10:00:00Z", day + 1), events);
        }
        let facts = tenant.facts();
        scopes(&of(&facts, DELEGATED).delegated_scopes)
    };
    let both = format!("https://mail.google.com/,{CLOUD}");
    assert_eq!(told(&[vec![authorized(&both)]]), "mail.google.com, cloud-platform");
    assert_eq!(told(&[vec![authorized(CLOUD)], vec![authorized(&both)]]), "mail.google.com, cloud-platform");
    assert_eq!(told(&[vec![authorized(&both)], vec![authorized(CLOUD)]]), "cloud-platform, …", "added or replaced?");
    assert_eq!(told(&[vec![authorized(&both)], vec![removed()]]), "");
    assert_eq!(told(&[vec![removed()], vec![authorized(CLOUD)]]), "cloud-platform");
    assert_eq!(told(&[vec![authorized(&both)], vec![removed()], vec![authorized(CLOUD)]]), "cloud-platform");
    assert_eq!(told(&[vec![authorized(CLOUD), authorized(&both)]]), "…", "two at one moment");
    assert_eq!(told(&[vec![authorized("")]]), "…");
    let several = json!({"type": "DOMAIN_SETTINGS", "name": "AUTHORIZE_API_CLIENT_ACCESS", "parameters": [
        {"name": "API_CLIENT_NAME", "value": DELEGATED}, {"name": "API_SCOPES", "multiValue": [CLOUD, MAIL]}]});
    assert_eq!(told(&[vec![several]]), "cloud-platform, gmail.readonly");
    let nobody = event("AUTHORIZE_API_CLIENT_ACCESS", &[("API_SCOPES", CLOUD)]);
    assert_eq!(told(&[vec![authorized(CLOUD), nobody]]), "cloud-platform, …", "it may be any client");

    let denied = used().admin("2026-09-01T10:00:00Z", &[authorized(CLOUD)]).source("reports.admin", "partial").facts();
    assert_eq!(scopes(&of(&denied, OTHER).delegated_scopes), "…");
    let other = used().admin("2026-09-01T10:00:00Z", &[authorized(CLOUD)]).facts();
    assert_eq!(scopes(&of(&other, OTHER).delegated_scopes), "", "the log at hand shows none");
}
