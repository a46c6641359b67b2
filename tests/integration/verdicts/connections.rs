//! Connections: what their scopes, their users and their log make of them.

use super::tenant::{CLOUD, FLOWS, MAIL, NAME, OKTA, OTHER, Tenant, tenant, token_event};
use serde_json::json;

const T0: &str = "2026-10-01T09:00:00Z";

fn breaking(session: &str) -> Tenant {
    tenant().connection().attest_session("/", T0, session).attest_access("/", T0, "trusted")
}

#[test]
fn the_grant_s_scopes_decide_whether_it_is_subject() {
    let auth = |name: &str| format!("https://www.googleapis.com/auth/{name}");
    let of = |scopes: &[&str]| {
        tenant()
            .user(FLOWS, "/")
            .grant(FLOWS, OKTA, NAME, scopes)
            .attest_session("/", T0, r#"reauth = "required", exempt_trusted_apps = false"#)
            .judge()
    };
    let yes = [vec![CLOUD], vec![MAIL, CLOUD], vec!["https://www.googleapis.com/auth/bigquery"]];
    for scopes in yes {
        assert_eq!(of(&scopes).connection(FLOWS), "yes breaks", "{scopes:?}");
    }
    for scopes in [vec![MAIL], vec!["openid", "email", "profile"], vec![MAIL, "https://mail.google.com/"]] {
        assert_eq!(of(&scopes).connection(FLOWS), "no survives", "{scopes:?}");
        assert_eq!(of(&scopes).survives(FLOWS), "pass proven");
    }
    let storage = auth("devstorage.read_only");
    for scopes in [vec![storage.as_str()], vec![MAIL, storage.as_str()], vec![]] {
        let judged = of(&scopes);
        assert_eq!(judged.connection(FLOWS), "unknown undetermined", "{scopes:?}");
        assert_eq!(judged.survives(FLOWS), "undetermined -");
        assert!(judged.missing("connection-survives-reauth", FLOWS).contains(&"grant-scopes".to_owned()));
    }
    let healthy = tenant().user(FLOWS, "/").grant(FLOWS, OKTA, NAME, &[&storage]).healthy(T0).judge();
    assert_eq!(healthy.survives(FLOWS), "pass proven", "exempt and trusted, whatever the scope");
}

#[test]
fn two_records_of_one_grant_are_one_with_all_scopes() {
    for scopes in [[CLOUD, MAIL], [MAIL, CLOUD]] {
        let judged = breaking(r#"reauth = "required", exempt_trusted_apps = false"#)
            .grant(FLOWS, OKTA, NAME, &scopes[..1])
            .grant(FLOWS, OKTA, NAME, &scopes[1..])
            .judge();
        assert_eq!(judged.connection(FLOWS), "yes breaks");
        assert_eq!(judged.json["connections"].as_array().expect("a list").len(), 1);
    }
}

#[test]
fn it_breaks_one_session_after_the_last_authorisation_at_the_latest() {
    let last = "2026-11-22T09:30:00Z";
    let every = |session: &str| {
        breaking(session).authorizes("2026-11-20T09:00:00Z", FLOWS).authorizes(last, FLOWS).judge().connection(FLOWS)
    };
    assert_eq!(
        every(r#"reauth = "required", frequency = "4h", exempt_trusted_apps = false"#),
        "yes breaks last 2026-11-22T09:30:00Z next 2026-11-22T13:30:00Z"
    );
    assert_eq!(
        every(r#"reauth = "required", exempt_trusted_apps = false"#),
        "yes breaks last 2026-11-22T09:30:00Z next 2026-11-23T09:30:00Z",
        "24 hours where the length is not known"
    );
    assert_eq!(
        every(r#"reauth = "required", exempt_trusted_apps = true"#),
        "yes survives last 2026-11-22T09:30:00Z",
        "what survives has no failure ahead"
    );
    let unseen = breaking(r#"reauth = "required", frequency = "4h", exempt_trusted_apps = false"#);
    assert_eq!(unseen.judge().connection(FLOWS), "yes breaks");
    let other_client = unseen.token(last, FLOWS, token_event("authorize", OTHER, "Other Tool", &[CLOUD]));
    assert_eq!(other_client.judge().connection(FLOWS), "yes breaks", "another client's authorisation is not its own");
}

#[test]
fn revocations_are_no_authorisations() {
    let tenant = breaking(r#"reauth = "required", frequency = "4h", exempt_trusted_apps = false"#)
        .authorizes("2026-11-20T09:00:00Z", FLOWS)
        .token("2026-11-21T09:00:00Z", FLOWS, token_event("revoke", OKTA, NAME, &[CLOUD]));
    assert_eq!(tenant.judge().connection(FLOWS), "yes breaks last 2026-11-20T09:00:00Z next 2026-11-20T13:00:00Z");
}

/// An authorisation of `flows@example.com` under an old address.
fn renamed(profile: Option<&str>, aliases: &[&str]) -> Tenant {
    let mut tenant = tenant()
        .record("user", json!({"id": "42", "primaryEmail": FLOWS, "orgUnitPath": "/", "aliases": aliases}))
        .grant(FLOWS, OKTA, NAME, &[CLOUD])
        .attest_session("/", T0, r#"reauth = "required", frequency = "4h", exempt_trusted_apps = false"#)
        .authorizes("2026-11-20T09:00:00Z", "old@example.com");
    let activity = tenant.lines.last_mut().expect("an activity");
    match profile {
        Some(id) => activity["data"]["actor"]["profileId"] = json!(id),
        None => drop(activity["data"]["actor"].as_object_mut().expect("an object").remove("profileId")),
    }
    tenant
}

#[test]
fn a_renamed_user_is_known_by_id_or_by_the_address_left_behind() {
    let found = "yes breaks last 2026-11-20T09:00:00Z next 2026-11-20T13:00:00Z";
    for tenant in
        [renamed(Some("42"), &[]), renamed(None, &["old@example.com"]), renamed(Some("42"), &["OLD@example.com"])]
    {
        let judged = tenant.judge();
        assert_eq!(judged.connection(FLOWS), found);
        assert_eq!(judged.survives("old@example.com"), "absent", "nobody of that address was deleted");
    }
    let stranger = renamed(Some("43"), &[]).judge();
    assert_eq!(stranger.connection(FLOWS), "yes breaks");
    assert_eq!(stranger.survives("old@example.com"), "not_applicable proven");
}

#[test]
fn addresses_compare_without_case() {
    let judged = tenant().user("Flows@Example.com", "/").grant(FLOWS, OKTA, NAME, &[CLOUD]).healthy(T0).judge();
    assert_eq!(judged.json["connections"][0]["outcome"], json!("survives"));
}

#[test]
fn a_user_in_an_org_unit_that_no_record_shows() {
    let judged = tenant().user(FLOWS, "/Nowhere").grant(FLOWS, OKTA, NAME, &[CLOUD]).healthy(T0).judge();
    assert_eq!(judged.survives(FLOWS), "undetermined -");
    assert!(judged.missing("connection-survives-reauth", FLOWS).contains(&"account".to_owned()));
}

#[test]
fn an_account_listed_twice_in_two_places_is_in_neither_for_certain() {
    let two = |first: &str, second: &str| {
        tenant()
            .unit("/Exempt")
            .user(FLOWS, first)
            .user(FLOWS, second)
            .grant(FLOWS, OKTA, NAME, &[CLOUD])
            .attest_access("/Exempt", T0, "trusted")
            .attest_session("/Exempt", T0, r#"reauth = "required", exempt_trusted_apps = true"#)
            .judge()
    };
    assert_eq!(two("/Exempt", "/Exempt").survives(FLOWS), "pass proven");
    for judged in [two("/", "/Exempt"), two("/Exempt", "/")] {
        assert_eq!(judged.survives(FLOWS), "undetermined -");
    }
}

#[test]
fn the_setting_of_the_user_s_own_org_unit_counts() {
    let tenant = tenant()
        .unit("/Flows")
        .user(FLOWS, "/Flows")
        .grant(FLOWS, OKTA, NAME, &[CLOUD])
        .healthy(T0)
        .attest_access("/Flows", T0, "limited");
    assert_eq!(tenant.judge().survives(FLOWS), "fail proven");
    assert_eq!(tenant.judge().trusted("/"), "pass proven");
}

#[test]
fn a_namesake_s_connection_is_judged_by_its_own_client() {
    let tenant =
        tenant().connection().user("bob@example.com", "/").grant("bob@example.com", OTHER, NAME, &[CLOUD]).healthy(T0);
    let judged = tenant.judge();
    assert_eq!(judged.survives(FLOWS), "pass proven");
    assert_eq!(judged.survives("bob@example.com"), "undetermined -", "the attested app is not known to be this client");
    let attested = tenant.attest("/", T0, &format!("setting = \"app-access\"\napp = {OTHER:?}\nvalue = \"blocked\""));
    assert_ne!(attested.judge().survives("bob@example.com"), "pass proven");
    assert_eq!(attested.judge().survives(FLOWS), "pass proven");
}

#[test]
fn archived_users_are_out_of_use_and_administrators_are_told() {
    let user = |fields: serde_json::Value| {
        let mut record = serde_json::json!({"id": "7", "primaryEmail": FLOWS, "orgUnitPath": "/"});
        for (name, value) in fields.as_object().expect("fields") {
            record[name] = value.clone();
        }
        tenant().record("user", record).grant(FLOWS, OKTA, NAME, &[CLOUD]).healthy("2026-10-01T09:00:00Z").judge()
    };
    let archived = user(serde_json::json!({"archived": true}));
    assert_eq!(archived.survives(FLOWS), "not_applicable proven");
    assert_eq!(archived.connection(FLOWS), "yes undetermined");
    for (fields, word) in [
        (serde_json::json!({"isAdmin": true, "isDelegatedAdmin": false}), "super_admin"),
        (serde_json::json!({"isAdmin": false, "isDelegatedAdmin": true}), "delegated_admin"),
        (serde_json::json!({"isAdmin": false, "isDelegatedAdmin": false}), "none"),
        (serde_json::json!({}), "unknown"),
    ] {
        let judged = user(fields);
        assert_eq!(judged.json["connections"][0]["administers"], serde_json::json!(word));
        assert_eq!(judged.survives(FLOWS), "pass proven");
    }
}
