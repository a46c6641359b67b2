//! Access Context Manager bindings: they come before the console's policy, and what they leave open stays open.

use super::tenant::{CLOUD, FLOWS, MAIL, NAME, OKTA, OTHER, Tenant, tenant};
use serde_json::{Value, json};

const T0: &str = "2026-10-01T09:00:00Z";
const AUTHORIZED: &str = "2026-11-22T09:00:00Z";

fn healthy() -> Tenant {
    tenant().connection().healthy(T0)
}

fn unhealthy() -> Tenant {
    tenant()
        .connection()
        .attest_session("/", T0, r#"reauth = "required", frequency = "16h", exempt_trusted_apps = false"#)
        .attest_access("/", T0, "trusted")
}

fn length(seconds: &str) -> Value {
    json!({"sessionSettings": {"sessionLength": seconds, "sessionLengthEnabled": true, "sessionReauthMethod": "PASSWORD"}})
}

fn scoped(client: &str, seconds: &str) -> Value {
    json!({"scope": {"clientScope": {"restrictedClientApplication": {"clientId": client}}},
        "activeSettings": {"sessionSettings": {"sessionLength": seconds, "sessionLengthEnabled": seconds != "0s"}}})
}

fn member(tenant: Tenant, group: &str) -> Tenant {
    tenant.member(group, json!({"id": format!("id-{FLOWS}"), "email": FLOWS, "type": "USER"}))
}

#[test]
fn none_stated_or_none_listed() {
    assert_eq!(healthy().judge().survives(FLOWS), "pass proven");
    let mut listed = healthy();
    listed.no_bindings = false;
    assert_eq!(listed.judge().survives(FLOWS), "pass proven", "the whole list is empty");
    listed.sources.remove("accesscontextmanager.bindings");
    assert_eq!(listed.judge().survives(FLOWS), "undetermined -", "nobody asked");
    assert_eq!(listed.judge().missing("connection-survives-reauth", FLOWS), ["access-bindings"]);
}

#[test]
fn the_operator_s_word_in_the_snapshot_counts() {
    let mut tenant = healthy().source("accesscontextmanager.bindings", "skipped");
    tenant.no_bindings = false;
    assert_eq!(tenant.judge().survives(FLOWS), "undetermined -");
    let stated = tenant.text().replacen(r#""operator":{}"#, r#""operator":{"gcp_organization":"none"}"#, 1);
    assert_eq!(tenant.judge_text(&stated).survives(FLOWS), "pass proven");
    let named = tenant.text().replacen(r#""operator":{}"#, r#""operator":{"gcp_organization":"organizations/1"}"#, 1);
    assert_eq!(tenant.judge_text(&named).survives(FLOWS), "undetermined -");
}

#[test]
fn unreadable_bindings_leave_every_cloud_connection_open() {
    for status in ["denied", "failed", "partial", "skipped"] {
        for tenant in
            [healthy(), unhealthy(), tenant().connection().attest_session("/", T0, r#"reauth = "not_required""#)]
        {
            let mut tenant = tenant.source("accesscontextmanager.bindings", status);
            tenant.no_bindings = false;
            assert_eq!(tenant.judge().survives(FLOWS), "undetermined -", "{status}");
            assert_eq!(tenant.judge().connection(FLOWS), "yes undetermined");
        }
        let mut mail =
            tenant().user(FLOWS, "/").grant(FLOWS, OKTA, NAME, &[MAIL]).source("accesscontextmanager.bindings", status);
        mail.no_bindings = false;
        assert_eq!(mail.judge().survives(FLOWS), "pass proven", "without a Cloud scope no session matters");
    }
}

#[test]
fn a_bound_session_decides() {
    let judged = member(unhealthy().binding("b", "g", length("0s")), "g").judge();
    assert_eq!(judged.survives(FLOWS), "pass proven", "no limit, whatever the console says");
    let disabled = json!({"sessionSettings": {"sessionLength": "57600s", "sessionLengthEnabled": false}});
    assert_eq!(member(unhealthy().binding("b", "g", disabled), "g").judge().survives(FLOWS), "pass proven");

    let limited = member(healthy().binding("b", "g", length("7200s")), "g");
    assert_eq!(limited.judge().survives(FLOWS), "undetermined -", "whether the exemption holds is documented nowhere");
    let not_required = tenant().connection().attest_session("/", T0, r#"reauth = "not_required""#);
    let limited = member(not_required.attest_access("/", T0, "blocked").binding("b", "g", length("7200.5s")), "g");
    let judged = limited.authorizes(AUTHORIZED, FLOWS).judge();
    assert_eq!(judged.survives(FLOWS), "fail proven", "not trusted, so no exemption could help");
    assert_eq!(judged.connection(FLOWS), "yes breaks last 2026-11-22T09:00:00Z next 2026-11-22T11:00:00Z");
}

#[test]
fn who_is_not_bound_keeps_the_console_s_policy() {
    let tenant = healthy()
        .binding("b", "g", length("3600s"))
        .member("g", json!({"id": "9", "email": "x@example.com", "type": "USER"}));
    assert_eq!(tenant.judge().survives(FLOWS), "pass proven");
    let unread = tenant.source("directory.members", "partial");
    assert_eq!(unread.judge().survives(FLOWS), "undetermined -", "members that could not be read may include the user");
    let without_settings = member(healthy().binding("b", "g", json!({"accessLevels": ["x"]})), "g");
    assert_eq!(without_settings.judge().survives(FLOWS), "pass proven", "a binding without session settings");
    let dry_run = json!({"scopedAccessSettings": [{"scope": {}, "dryRunSettings": {"sessionSettings": {"sessionLength": "3600s"}}}]});
    assert_eq!(member(healthy().binding("b", "g", dry_run), "g").judge().survives(FLOWS), "pass proven");
}

#[test]
fn everybody_may_be_a_member() {
    let tenant =
        unhealthy().binding("b", "g", length("0s")).member("g", json!({"id": "C0example1", "type": "CUSTOMER"}));
    assert_eq!(tenant.judge().survives(FLOWS), "pass proven");
}

#[test]
fn a_scoped_entry_for_the_client_comes_first() {
    let with = |entries: Value| {
        let mut rest = length("7200s");
        rest["scopedAccessSettings"] = entries;
        member(unhealthy().binding("b", "g", rest), "g").judge().survives(FLOWS)
    };
    assert_eq!(with(json!([scoped(OKTA, "0s")])), "pass proven");
    assert_eq!(with(json!([scoped(OTHER, "0s")])), "undetermined -");
    for two in [[scoped(OKTA, "0s"), scoped(OKTA, "3600s")], [scoped(OKTA, "3600s"), scoped(OKTA, "0s")]] {
        assert_eq!(with(json!(two)), "undetermined -", "two entries for one client that differ");
    }
    let by_name = json!({"scope": {"clientScope": {"restrictedClientApplication": {"name": "Cloud Console"}}},
        "activeSettings": {"sessionSettings": {"sessionLength": "0s"}}});
    assert_eq!(with(json!([by_name])), "undetermined -", "whom the entry means is not known");
}

#[test]
fn a_binding_that_leaves_sessions_to_the_console_may_be_the_newest() {
    let both = |tenant: Tenant| {
        let tenant = tenant.binding("a", "g", length("0s")).binding("b", "h", json!({"accessLevels": ["x"]}));
        member(member(tenant, "g"), "h").judge().survives(FLOWS)
    };
    assert_eq!(both(unhealthy()), "undetermined -");
    assert_eq!(both(healthy()), "pass proven");
}

#[test]
fn two_bindings_that_differ_leave_it_open() {
    let two = |second: &str| {
        let tenant = unhealthy().binding("a", "g", length("0s")).binding("b", "h", length(second));
        member(member(tenant, "g"), "h").judge().survives(FLOWS)
    };
    assert_eq!(two("0s"), "pass proven", "they agree");
    assert_eq!(two("3600s"), "undetermined -", "which is the newest, no answer of the API tells");
    let mut lines = member(unhealthy().binding("a", "g", length("0s")).binding("a", "g", length("3600s")), "g");
    assert_eq!(lines.judge().survives(FLOWS), "undetermined -", "one binding listed twice, changed in between");
    lines.lines.reverse();
    assert_eq!(lines.judge().survives(FLOWS), "undetermined -");
}

#[test]
fn membership_through_a_group_within_the_group_is_open() {
    let nested = |tenant: Tenant, seconds: &str| {
        let tenant =
            tenant.binding("b", "outer", length(seconds)).member("outer", json!({"id": "inner", "type": "GROUP"}));
        member(tenant, "inner").judge()
    };
    assert_eq!(nested(healthy(), "3600s").survives(FLOWS), "undetermined -");
    assert_eq!(nested(unhealthy(), "0s").survives(FLOWS), "undetermined -");
    assert_eq!(
        nested(healthy(), "0s").survives(FLOWS),
        "pass proven",
        "the console spares it, and so does the binding"
    );
    let untrusted = tenant()
        .connection()
        .attest_session("/", T0, r#"reauth = "required", exempt_trusted_apps = true"#)
        .attest_access("/", T0, "limited");
    let judged = nested(untrusted, "3600s");
    assert_eq!(judged.survives(FLOWS), "fail proven", "either way a session ends, and nothing spares the app");
    let agreeing = unhealthy().binding("a", "g", length("0s")).binding("b", "outer", length("0s"));
    let agreeing = member(agreeing.member("outer", json!({"id": "inner", "type": "GROUP"})), "inner");
    assert_eq!(member(agreeing, "g").judge().survives(FLOWS), "pass proven", "either way the same");
}

#[test]
fn unreadable_lengths_and_principals_leave_it_open() {
    for settings in [
        json!({}),
        json!({"sessionLength": "soon"}),
        json!({"sessionLengthEnabled": true}),
        json!({"sessionLength": "0.5s"}),
        json!({"sessionLength": "90000s"}),
    ] {
        let tenant = member(healthy().binding("b", "g", json!({"sessionSettings": settings})), "g");
        assert_eq!(tenant.judge().survives(FLOWS), "undetermined -", "{settings}");
    }
    let mut principal = length("3600s");
    principal["groupKey"] = Value::Null;
    principal["principal"] = json!({"user": "x"});
    assert_eq!(healthy().binding("b", "g", principal).judge().survives(FLOWS), "undetermined -");
}

#[test]
fn a_bound_user_of_an_unknown_org_unit_needs_none() {
    let mut tenant = member(
        tenant().user(FLOWS, "/Nowhere").grant(FLOWS, OKTA, NAME, &[CLOUD]).binding("b", "g", length("0s")),
        "g",
    );
    assert_eq!(tenant.judge().survives(FLOWS), "pass proven");
    tenant.lines.retain(|line| line["type"] != json!("member"));
    assert_eq!(tenant.judge().survives(FLOWS), "undetermined -");
}
