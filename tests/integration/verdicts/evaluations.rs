//! Access evaluations: they support a level, narrow it down or contradict it, and never prove one.

use super::tenant::{FLOWS, NAME, OKTA, OTHER, Tenant, event, listing, tenant};
use serde_json::json;

const T0: &str = "2026-10-01T09:00:00Z";
const SEEN: &str = "2026-11-20T05:00:00Z";
const CONFIGURED: &str = "APP_ACCESS_CONTROL";
const UNSPECIFIED: &str = "CONFIGURATION_SOURCE_UNSPECIFIED";

fn healthy() -> Tenant {
    tenant().unit("/Sales").user(FLOWS, "/Sales").healthy(T0)
}

fn level(level: &str) -> Tenant {
    tenant().user(FLOWS, "/").attest_access("/", T0, level)
}

#[test]
fn configured_goes_with_every_level_that_allows_the_app() {
    for allowed in ["trusted", "limited", "specific_data"] {
        assert_eq!(level(allowed).evaluated(SEEN, FLOWS, CONFIGURED).judge().access("/"), format!("{allowed} proven"));
    }
    for other in ["blocked", "unconfigured"] {
        let judged = level(other).evaluated(SEEN, FLOWS, CONFIGURED).judge();
        assert_eq!(judged.access("/"), "unknown unknown conflict", "{other}");
    }
}

#[test]
fn unspecified_refutes_trusted_and_nothing_else() {
    let judged = level("trusted").evaluated(SEEN, FLOWS, UNSPECIFIED).judge();
    assert_eq!(judged.access("/"), "unknown unknown conflict");
    for other in ["limited", "specific_data", "blocked", "unconfigured"] {
        assert_eq!(level(other).evaluated(SEEN, FLOWS, UNSPECIFIED).judge().access("/"), format!("{other} proven"));
    }
}

#[test]
fn a_contradiction_shows_both_sides_and_passes_nowhere_that_it_bears_on() {
    let judged = healthy().evaluated(SEEN, FLOWS, UNSPECIFIED).judge();
    for path in ["/Sales", "/"] {
        assert_eq!(judged.access(path), "unknown unknown conflict", "what is inherited was seen of the root too");
        assert_eq!(judged.trusted(path), "undetermined -");
        let result = judged.result("app-trusted", path).expect("a result").to_string();
        assert!(result.contains("attestations.toml"), "{result}");
        assert!(result.contains("configuration_source=CONFIGURATION_SOURCE_UNSPECIFIED"), "{result}");
        assert!(result.contains("does not go with what else is known"), "{result}");
    }
    let log = tenant()
        .user(FLOWS, "/")
        .admin("2026-09-10T09:00:00Z", &[listing("ADD_TO_TRUSTED_OAUTH2_APPS", "Example Org")])
        .evaluated(SEEN, FLOWS, UNSPECIFIED);
    assert_eq!(log.judge().access("/"), "unknown unknown conflict", "it can contradict the log");
}

#[test]
fn an_own_level_below_keeps_the_root_out_of_it() {
    let tenant = healthy().attest_access("/Sales", T0, "blocked").evaluated(SEEN, FLOWS, CONFIGURED);
    let judged = tenant.judge();
    assert_eq!(judged.access("/Sales"), "unknown unknown conflict");
    assert_eq!(judged.access("/"), "trusted proven");
}

#[test]
fn what_was_presumed_for_want_of_anything_else_is_not_contradicted() {
    let guessed = tenant().unit("/Sales").user(FLOWS, "/Sales").attest_access("/", T0, "blocked");
    assert_eq!(guessed.judge().access("/Sales"), "blocked presumed from /");
    let judged = guessed.evaluated(SEEN, FLOWS, CONFIGURED).judge();
    assert_eq!(judged.access("/Sales"), "unknown unknown", "it has a level of its own after all");
    assert_eq!(judged.one_of("/Sales"), ["limited", "specific_data", "trusted"]);
    assert_eq!(judged.access("/"), "blocked proven");
}

#[test]
fn alone_it_suggests_and_proves_nothing() {
    let required = |tenant: Tenant| tenant.attest_session("/", T0, r#"reauth = "required""#).user(FLOWS, "/");
    let refuted = required(tenant()).evaluated(SEEN, FLOWS, UNSPECIFIED).judge();
    assert_eq!(refuted.access("/"), "unknown unknown");
    assert_eq!(refuted.trusted("/"), "fail presumed", "whatever it is, it is not Trusted");
    let supported = required(tenant()).evaluated(SEEN, FLOWS, CONFIGURED).judge();
    assert_eq!(supported.trusted("/"), "undetermined -");
    assert_eq!(supported.one_of("/"), ["limited", "specific_data", "trusted"]);
}

#[test]
fn within_a_day_of_a_change_it_may_show_what_was_before() {
    let changed = |seen: &str| {
        level("limited")
            .admin("2026-11-19T09:00:00Z", &[listing("ADD_TO_TRUSTED_OAUTH2_APPS", "Example Org")])
            .evaluated(seen, FLOWS, UNSPECIFIED)
            .judge()
            .access("/")
    };
    assert_eq!(changed("2026-11-20T08:59:59Z"), "trusted proven");
    assert_eq!(changed("2026-11-20T09:00:01Z"), "unknown unknown conflict");
}

#[test]
fn it_speaks_of_its_client_and_of_its_user_s_org_unit() {
    let other_client = healthy().evaluated_for(SEEN, FLOWS, OTHER, UNSPECIFIED).judge();
    assert_eq!(other_client.access("/Sales"), "trusted proven from /");
    let stranger = healthy().evaluated(SEEN, "nobody@example.com", UNSPECIFIED).judge();
    assert_eq!(stranger.access("/Sales"), "trusted proven from /");
    let moved = healthy()
        .evaluated(SEEN, FLOWS, UNSPECIFIED)
        .admin(
            "2026-11-21T09:00:00Z",
            &[event(
                "MOVE_USER_TO_ORG_UNIT",
                &[("USER_EMAIL", FLOWS), ("ORG_UNIT_NAME", "Lab"), ("NEW_VALUE", "Sales")],
            )],
        )
        .judge();
    assert_eq!(moved.access("/Sales"), "trusted proven from /", "where the user was before, no record tells");
}

#[test]
fn of_many_the_latest_counts() {
    let tenant = healthy()
        .evaluated("2026-11-01T05:00:00Z", FLOWS, UNSPECIFIED)
        .admin("2026-11-05T09:00:00Z", &[listing("ADD_TO_TRUSTED_OAUTH2_APPS", "Example Org")])
        .evaluated(SEEN, FLOWS, CONFIGURED);
    assert_eq!(tenant.judge().access("/Sales"), "trusted proven from /", "the first is of the time before the change");
}

#[test]
fn another_way_and_a_word_that_nobody_documents_say_nothing() {
    let judged =
        healthy().evaluated(SEEN, FLOWS, "DOMAIN_WIDE_DELEGATION").evaluated(SEEN, FLOWS, "A_WORD_OF_TOMORROW").judge();
    assert_eq!(judged.access("/Sales"), "trusted proven from /");
    let unread = judged.json["unread_events"].as_array().expect("a list");
    assert_eq!(unread.len(), 1);
    assert_eq!(unread[0]["source"], json!("reports.access_evaluation"));
    assert_eq!(unread[0]["parameters"], json!(["configuration_source"]));
    assert_eq!(unread[0]["touches"], json!([{"setting": "app-access", "org_unit": "/Sales", "app": OKTA}]));
}

#[test]
fn one_that_names_no_client_is_counted() {
    let mut tenant = healthy().evaluated(SEEN, FLOWS, UNSPECIFIED);
    let line = tenant.lines.last_mut().expect("just added");
    line["data"]["actor"].as_object_mut().expect("an actor").remove("applicationInfo");
    let judged = tenant.judge();
    assert_eq!(judged.access("/Sales"), "trusted proven from /");
    assert!(
        judged.json["notices"][0].as_str().is_some_and(|notice| notice.starts_with("1 events of reports.access_eval"))
    );
}

#[test]
fn a_log_that_could_not_be_read_in_full_may_have_held_a_contradiction() {
    for status in ["partial", "denied", "failed", "skipped"] {
        let judged = healthy().source("reports.access_evaluation", status).judge();
        assert_eq!(judged.access("/Sales"), "trusted presumed from /", "{status}");
        assert_eq!(judged.trusted("/Sales"), "undetermined -", "{status}");
        assert_eq!(judged.missing("app-trusted", "/Sales"), ["access-evaluation-log"]);
        assert_eq!(judged.exempt("/Sales"), "pass proven", "it says nothing about sessions");
    }
    let mut absent = healthy();
    absent.sources.remove("reports.access_evaluation");
    assert_eq!(absent.judge().trusted("/Sales"), "undetermined -");
}

#[test]
fn of_an_app_known_by_name_it_is_no_better_than_the_name() {
    let unpinned = tenant()
        .unpinned()
        .user(FLOWS, "/")
        .grant(FLOWS, OKTA, NAME, &[super::tenant::CLOUD])
        .attest_access("/", T0, "trusted")
        .evaluated(SEEN, FLOWS, UNSPECIFIED);
    assert_eq!(unpinned.judge().access("/"), "unknown unknown conflict");
}
