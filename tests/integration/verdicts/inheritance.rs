//! Down the tree: whose setting it is, and how sure that is, over several levels.

use super::tenant::{Tenant, listing, session, tenant};
use serde_json::json;

const T0: &str = "2026-10-01T09:00:00Z";
const LATER: &str = "2026-11-01T09:00:00Z";

fn deep() -> Tenant {
    tenant().unit("/a").unit("/a/b").unit("/a/b/c").unit("/a/b/c/d")
}

#[test]
fn through_four_levels_the_origin_stays_the_one_that_set_it() {
    let judged = deep().healthy(T0).judge();
    assert_eq!(judged.session("/a/b/c/d"), "required proven, exempt yes proven from /");
    assert_eq!(judged.access("/a/b/c/d"), "trusted proven from /");
    assert_eq!(judged.length("/a/b/c/d"), "57600 password");
    let judged = deep().healthy(T0).admin(LATER, &[listing("ADD_TO_LIMITED_OAUTH2_APPS", "b")]).judge();
    assert_eq!(judged.access("/a"), "trusted proven from /");
    assert_eq!(judged.access("/a/b"), "limited proven");
    assert_eq!(judged.access("/a/b/c/d"), "limited proven from /a/b");
}

#[test]
fn one_link_that_is_not_proven_makes_all_below_presumed() {
    let judged = deep()
        .attest_session("/", T0, r#"reauth = "required", exempt_trusted_apps = true"#)
        .attest_session("/a", T0, r#"reauth = "inherit""#)
        .attest_session("/a/b/c", T0, r#"reauth = "inherit""#)
        .attest_session("/a/b/c/d", T0, r#"reauth = "inherit""#)
        .judge();
    assert_eq!(judged.session("/a"), "required proven, exempt yes proven from /");
    for path in ["/a/b", "/a/b/c", "/a/b/c/d"] {
        assert_eq!(judged.session(path), "required presumed, exempt yes presumed from /", "{path}");
        assert_eq!(judged.exempt(path), "undetermined -", "{path}");
    }
}

#[test]
fn an_unreadable_change_above_overtakes_what_lies_below() {
    let judged = deep().healthy(T0).admin(LATER, &[session("b", "x", "")]).judge();
    assert_eq!(judged.session("/a"), "required proven, exempt yes proven from /");
    for path in ["/a/b", "/a/b/c", "/a/b/c/d"] {
        assert_eq!(judged.session(path), "unknown unknown, exempt unknown unknown", "{path}");
    }
}

#[test]
fn inheriting_from_an_unknown_is_unknown() {
    let judged = deep().attest_access("/a", T0, "inherit").attest_session("/a", T0, r#"reauth = "inherit""#).judge();
    assert_eq!(judged.access("/a"), "unknown unknown");
    assert_eq!(judged.session("/a"), "unknown unknown, exempt unknown unknown");
}

#[test]
fn a_unit_whose_parent_no_record_shows_inherits_the_unknown() {
    let mut tenant = deep().healthy(T0);
    tenant.lines.retain(|line| line["data"]["orgUnitPath"] != json!("/a/b"));
    let judged = tenant.judge();
    for path in ["/a/b/c", "/a/b/c/d"] {
        assert_eq!(judged.access(path), "unknown unknown", "neither the root's level nor unconfigured");
        assert_eq!(judged.session(path), "unknown unknown, exempt unknown unknown");
        assert_eq!(judged.trusted(path), "undetermined -");
    }
}

#[test]
fn circles_end() {
    let circle = |path: &str, parent: &str| json!({"orgUnitId": format!("id:{path}"), "orgUnitPath": path, "name": "x", "parentOrgUnitId": format!("id:{parent}")});
    let judged =
        tenant().record("org_unit", circle("/p", "/q")).record("org_unit", circle("/q", "/p")).healthy(T0).judge();
    assert_eq!(judged.access("/p"), "unknown unknown");
    assert_eq!(judged.access("/"), "trusted proven");
}

#[test]
fn without_the_root_s_record_a_nameless_one_stands_in() {
    let mut tenant = tenant().unit("/a").healthy(T0);
    tenant.lines.retain(|line| line["data"]["orgUnitPath"] != json!("/"));
    let judged = tenant.judge();
    assert_eq!(judged.access("/"), "trusted proven");
    assert_eq!(judged.access("/a"), "trusted proven from /");
}

#[test]
fn the_root_has_nothing_to_inherit() {
    let judged = deep()
        .judged("2025-09-01T00:00:00Z", "2026-02-27T00:00:00Z")
        .admin("2026-01-01T00:00:00Z", &[session("/", "NEVER", "INHERIT")])
        .judge();
    assert_eq!(judged.session("/"), "unknown unknown, exempt unknown unknown");
    assert_eq!(judged.session("/a"), "unknown unknown, exempt unknown unknown");
}

#[test]
fn a_child_s_own_setting_stands_whatever_becomes_of_the_parent() {
    let judged = deep()
        .healthy(T0)
        .attest_session("/a", T0, r#"reauth = "not_required""#)
        .admin(LATER, &[session("Example Org", "x", "")])
        .judge();
    assert_eq!(judged.session("/"), "unknown unknown, exempt yes presumed");
    assert_eq!(judged.session("/a"), "not_required proven, exempt - -");
    assert_eq!(judged.session("/a/b/c/d"), "not_required proven, exempt - - from /a");
    assert_eq!(judged.exempt("/a/b/c/d"), "not_applicable proven");
}
