//! Events about app access, legacy and new: which levels they prove, suggest, and overtake.

use super::tenant::{OKTA, OTHER, Tenant, event, listing, listing_of, tenant, with_status};
use serde_json::{Value, json};

const T0: &str = "2026-10-01T09:00:00Z";
const LATER: &str = "2026-11-01T09:00:00Z";

fn plain() -> Tenant {
    tenant().unit("/Sales")
}

fn trusted() -> Tenant {
    plain().healthy(T0)
}

#[test]
fn added_to_a_list_is_the_level() {
    for (list, level) in [
        ("TRUSTED_OAUTH2_APPS", "trusted"),
        ("LIMITED_OAUTH2_APPS", "limited"),
        ("BLOCKED_OAUTH2_APPS", "blocked"),
        ("TRUSTED_BY_OAUTH_SCOPE_OAUTH2_APPS", "specific_data"),
    ] {
        let judged = plain().admin(LATER, &[listing(&format!("ADD_TO_{list}"), "Sales")]).judge();
        assert_eq!(judged.access("/Sales"), format!("{level} proven"));
        assert_eq!(judged.access("/"), "unknown unknown");
        assert!(judged.unread().is_empty());
        let judged = trusted().admin(LATER, &[listing(&format!("ADD_TO_{list}"), "Sales")]).judge();
        let verdict = if level == "trusted" { "pass proven" } else { "fail proven" };
        assert_eq!(judged.trusted("/Sales"), verdict, "{list}");
        assert_eq!(judged.trusted("/"), "pass proven");
    }
}

#[test]
fn removed_from_its_list_it_inherits_or_is_unconfigured() {
    for list in
        ["TRUSTED_OAUTH2_APPS", "LIMITED_OAUTH2_APPS", "BLOCKED_OAUTH2_APPS", "TRUSTED_BY_OAUTH_SCOPE_OAUTH2_APPS"]
    {
        let judged = trusted()
            .admin("2026-10-20T09:00:00Z", &[listing(&format!("ADD_TO_{list}"), "Sales")])
            .admin(LATER, &[listing(&format!("REMOVE_FROM_{list}"), "Sales")])
            .judge();
        assert_eq!(judged.access("/Sales"), "trusted proven from /", "{list}");
        let judged = plain()
            .admin("2026-10-20T09:00:00Z", &[listing(&format!("ADD_TO_{list}"), "Example Org")])
            .admin(LATER, &[listing(&format!("REMOVE_FROM_{list}"), "Example Org")])
            .judge();
        assert_eq!(judged.access("/"), "unconfigured proven", "{list}");
    }
}

#[test]
fn removed_from_another_list_than_known_leaves_it_open() {
    let judged = trusted().admin(LATER, &[listing("REMOVE_FROM_LIMITED_OAUTH2_APPS", "Example Org")]).judge();
    assert_eq!(judged.access("/"), "unknown unknown");
    assert_eq!(judged.trusted("/"), "undetermined -");
}

#[test]
fn a_change_of_level_is_a_removal_and_an_addition_in_any_order() {
    let remove = listing("REMOVE_FROM_TRUSTED_OAUTH2_APPS", "Example Org");
    let add = listing("ADD_TO_LIMITED_OAUTH2_APPS", "Example Org");
    for events in [[remove.clone(), add.clone()], [add.clone(), remove.clone()]] {
        let judged = trusted().admin(LATER, &events).judge();
        assert_eq!(judged.access("/"), "limited proven");
        assert_eq!(judged.access("/Sales"), "limited proven from /");
        assert_eq!(judged.trusted("/Sales"), "fail proven");
    }
    // The halves in two activities, the wrong way round.
    let judged = trusted().admin(LATER, &[add]).admin("2026-11-01T09:00:02Z", &[remove]).judge();
    assert_eq!(judged.access("/"), "limited proven");
}

#[test]
fn pieces_of_one_activity_that_differ_have_no_order() {
    let lists = ["ADD_TO_LIMITED_OAUTH2_APPS", "ADD_TO_TRUSTED_OAUTH2_APPS"];
    let whole = plain().admin(LATER, &lists.map(|list| listing(list, "Example Org")));
    assert_eq!(whole.judge().access("/"), "trusted proven", "the last of the activity's own order");
    let mut pieces = whole.clone();
    let mut piece = pieces.lines.pop().expect("an activity");
    for list in lists {
        piece["data"]["events"] = json!([listing(list, "Example Org")]);
        pieces.lines.push(piece.clone());
    }
    assert_eq!(pieces.judge().access("/"), "unknown unknown");
}

#[test]
fn the_context_aware_exemption_and_other_switches_leave_the_level_alone() {
    let about_app =
        ["ADD_TO_CAA_EXEMPT_OAUTH2_APPS", "REMOVE_FROM_CAA_EXEMPT_OAUTH2_APPS", "DOWNLOAD_PENDING_APP_USER_REQUESTS"];
    let about_unit = [
        "TRUST_DOMAIN_OWNED_OAUTH2_APPS",
        "UNTRUST_DOMAIN_OWNED_OAUTH2_APPS",
        "UPDATE_ERROR_MSG_FOR_RESTRICTED_OAUTH2_APPS",
        "ALLOW_SERVICE_FOR_OAUTH2_ACCESS",
        "DISALLOW_SERVICE_FOR_OAUTH2_ACCESS",
        "BLOCK_ON_DEVICE_ACCESS",
        "UNBLOCK_ON_DEVICE_ACCESS",
        "BLOCK_ALL_THIRD_PARTY_API_ACCESS",
        "UNBLOCK_ALL_THIRD_PARTY_API_ACCESS",
        "SIGN_IN_ONLY_THIRD_PARTY_API_ACCESS",
        "UNDERAGE_BLOCK_ALL_THIRD_PARTY_API_ACCESS",
        "USER_APPROVAL_WORKFLOW_ENABLED",
        "CHANGE_API_ACCESS",
        "CHANGE_UNCONFIGURED_APPS_ACCESS",
        "OAUTH_APPS_BULK_UPLOAD_NOTIFICATION_SENT",
    ];
    let events = about_app
        .map(|name| listing(name, "Example Org"))
        .into_iter()
        .chain(about_unit.map(|name| event(name, &[("ORG_UNIT_NAME", "Example Org")])));
    for change in events {
        let judged = trusted().admin(LATER, std::slice::from_ref(&change)).judge();
        assert_eq!(judged.trusted("/"), "pass proven", "{change}");
        assert!(judged.unread().is_empty(), "{change}");
        let judged = plain().admin(LATER, std::slice::from_ref(&change)).judge();
        assert_eq!(judged.access("/"), "unknown unknown", "never a sign of trust: {change}");
    }
}

#[test]
fn several_unnamed_apps_may_include_this_one() {
    let many = |list: &str, unit: &str| {
        let mut change = event(&format!("MULTIPLE_ADD_TO_{list}"), &[("ORG_UNIT_NAME", unit)]);
        change["parameters"].as_array_mut().expect("a list").push(json!({"name": "OAUTH2_NUM_APPS", "intValue": "3"}));
        change
    };
    for list in ["LIMITED_OAUTH2_APPS", "BLOCKED_OAUTH2_APPS", "TRUSTED_BY_OAUTH_SCOPE_OAUTH2_APPS"] {
        let judged = trusted().admin(LATER, &[many(list, "Example Org")]).judge();
        assert_eq!(judged.access("/"), "unknown unknown", "{list}");
        assert_eq!(judged.trusted("/Sales"), "undetermined -");
        assert_eq!(judged.unread(), [format!("MULTIPLE_ADD_TO_{list} ×1 [] app-access@/:-")]);
        let judged = trusted()
            .admin(LATER, &[many(list, "Sales")])
            .admin("2026-11-02T09:00:00Z", &[listing("ADD_TO_TRUSTED_OAUTH2_APPS", "Sales")])
            .judge();
        assert_eq!(judged.access("/Sales"), "trusted proven", "a later single event settles it");
    }
    let judged = plain().admin(LATER, &[many("TRUSTED_OAUTH2_APPS", "Example Org")]).judge();
    assert_eq!(judged.access("/"), "unknown unknown", "that this app was among them is nowhere written");
}

#[test]
fn a_bulk_upload_may_have_changed_everything() {
    let upload = event(
        "OAUTH_APPS_BULK_UPLOAD",
        &[("BULK_UPLOAD_SUCCESS_OAUTH_APPS_NUMBER", "1"), ("BULK_UPLOAD_TOTAL_OAUTH_APPS_NUMBER", "1")],
    );
    let judged = trusted().admin(LATER, &[upload]).judge();
    for path in ["/", "/Sales"] {
        assert_eq!(judged.access(path), "unknown unknown");
        assert_eq!(judged.trusted(path), "undetermined -");
    }
    assert_eq!(judged.unread(), ["OAUTH_APPS_BULK_UPLOAD ×1 [] app-access@-:-"]);
    let judged = trusted()
        .admin(LATER, &[event("CHANGE_APP_ACCESS_SETTINGS_COLLECTION_ID", &[("ORG_UNIT_NAME", "Sales")])])
        .judge();
    assert_eq!(judged.access("/Sales"), "unknown unknown");
    assert_eq!(judged.access("/"), "trusted proven");
}

fn new_event(unit: &str, parameters: &[(&str, &str)]) -> Value {
    let mut all = parameters.to_vec();
    all.push(("ORG_UNIT_NAME", unit));
    event("CHANGE_APP_ACCESS", &all)
}

#[test]
fn the_new_event_with_unknown_parameters_is_unreadable() {
    let fixture = new_event("Example Org", &[("SOME_APP_FIELD", OKTA), ("SOME_NEW_FIELD", "A label Google chose")]);
    let judged = trusted().admin(LATER, &[fixture]).judge();
    assert_eq!(judged.access("/"), "unknown unknown");
    assert_eq!(
        judged.unread(),
        ["CHANGE_APP_ACCESS ×1 [SOME_APP_FIELD SOME_NEW_FIELD] app-access@/:okta-workflows-gmail"]
    );
    let nameless = new_event("Example Org", &[("SOME_NEW_FIELD", "A label Google chose")]);
    let judged = trusted().admin(LATER, &[nameless]).judge();
    assert_eq!(judged.access("/"), "unknown unknown", "it may be any app");
    let unplaced = event("CHANGE_APP_ACCESS", &[("SOME_APP_FIELD", OKTA)]);
    let judged = trusted().admin(LATER, &[unplaced]).judge();
    assert_eq!((judged.access("/"), judged.access("/Sales")), ("unknown unknown".into(), "unknown unknown".into()));
}

#[test]
fn the_console_s_words_are_taken_whole_and_presumed() {
    for (word, level) in [
        ("Trusted", "trusted presumed"),
        ("tRUSTED", "trusted presumed"),
        ("Limited", "limited presumed"),
        ("Blocked", "blocked presumed"),
        ("Specific Google data", "specific_data presumed"),
        ("Unconfigured", "unconfigured presumed"),
        ("Untrusted", "unknown unknown"),
        ("Trusted by OAuth scope", "unknown unknown"),
        ("Not Trusted", "unknown unknown"),
        ("", "unknown unknown"),
    ] {
        let change = new_event("Example Org", &[("APP", OKTA), ("NEW_ACCESS_TYPE", word)]);
        let judged = trusted().admin(LATER, &[change]).judge();
        assert_eq!(judged.access("/"), level, "{word:?}");
        assert_ne!(judged.trusted("/"), "pass proven", "{word:?}");
    }
    let judged =
        trusted().admin(LATER, &[new_event("Example Org", &[("APP", OKTA), ("OLD_VALUE", "Limited")])]).judge();
    assert_eq!(judged.access("/"), "unknown unknown", "an old value is no new one");
}

#[test]
fn several_new_parameters_that_read_leave_it_open() {
    let change = new_event("Example Org", &[("APP", OKTA), ("NEW_VALUE", "Trusted"), ("NEW_CAA", "Blocked")]);
    assert_eq!(trusted().admin(LATER, &[change]).judge().access("/"), "unknown unknown");
    let change = new_event("Example Org", &[("APP", OKTA), ("NEW_VALUE", "Blocked"), ("NEW_LABEL", "x")]);
    assert_eq!(trusted().admin(LATER, &[change]).judge().access("/"), "blocked presumed");
}

#[test]
fn the_new_event_is_attributed_by_a_known_client_id() {
    let other = new_event("Example Org", &[("APP", OTHER), ("NEW_VALUE", "Blocked")]);
    let known = trusted().grant("bob@example.com", OTHER, "Other Tool", &[]).admin(LATER, std::slice::from_ref(&other));
    assert_eq!(known.judge().access("/"), "trusted proven", "a client that is known to be another");
    assert_eq!(trusted().admin(LATER, &[other]).judge().access("/"), "unknown unknown", "a value that nobody knows");
    let own = new_event("Example Org", &[("APP", OKTA), ("NEW_VALUE", "Blocked")]);
    assert_eq!(trusted().admin(LATER, &[own]).judge().access("/"), "blocked presumed");
}

#[test]
fn another_client_s_events_change_nothing_here() {
    let change = listing_of("ADD_TO_BLOCKED_OAUTH2_APPS", OTHER, "Other Tool", "Example Org");
    assert_eq!(trusted().admin(LATER, &[change]).judge().access("/"), "trusted proven");
}

#[test]
fn legacy_events_out_of_shape_are_presumed_at_most() {
    let mut extra = listing("ADD_TO_TRUSTED_OAUTH2_APPS", "Example Org");
    extra["parameters"].as_array_mut().expect("a list").push(json!({"name": "GROUP_EMAIL", "value": "g@example.com"}));
    assert_eq!(plain().admin(LATER, &[extra]).judge().access("/"), "trusted presumed");
    let nameless = event("ADD_TO_BLOCKED_OAUTH2_APPS", &[("ORG_UNIT_NAME", "Example Org")]);
    let judged = trusted().admin(LATER, &[nameless]).judge();
    assert_eq!(judged.access("/"), "unknown unknown");
    assert_eq!(judged.unread(), ["ADD_TO_BLOCKED_OAUTH2_APPS ×1 [OAUTH2_APP_ID] app-access@/:-"]);
}

#[test]
fn unknown_events_that_speak_of_apps_overtake() {
    let speaking = [
        event("EDIT_APP_ACCESS_POLICY", &[("ORG_UNIT_NAME", "Example Org")]),
        event("PURGE_OAUTH2_APPS", &[("ORG_UNIT_NAME", "Example Org")]),
        event("SOMETHING_ELSE", &[("OAUTH2_APP_ID", OKTA), ("ORG_UNIT_NAME", "Example Org")]),
        event("SOMETHING_ELSE", &[("NEW_APP_ACCESS", "Trusted"), ("ORG_UNIT_NAME", "Example Org")]),
        listing("ADD_TO_PARTNER_OAUTH2_APPS", "Example Org"),
    ];
    for change in speaking {
        let judged = trusted().admin(LATER, std::slice::from_ref(&change)).judge();
        assert_eq!(judged.access("/"), "unknown unknown", "{change}");
        assert_eq!(judged.trusted("/"), "undetermined -", "{change}");
        assert_eq!(judged.unread().len(), 1, "{change}");
    }
}

#[test]
fn status_decides_whether_it_happened() {
    let of = |status: &str| {
        let change = with_status(listing("ADD_TO_BLOCKED_OAUTH2_APPS", "Example Org"), status);
        trusted().admin(LATER, &[change]).judge().access("/")
    };
    assert_eq!(of("FAILED"), "trusted proven");
    assert_eq!(of("SKIPPED"), "trusted proven");
    assert_eq!(of("SUCCEEDED"), "blocked proven");
    assert_eq!(of("SUCCEEDED_WITH_WARNINGS"), "blocked proven");
    assert_eq!(of("UNKNOWN_EVENT_STATUS"), "unknown unknown");
    assert_eq!(of("A_STATUS_OF_TOMORROW"), "unknown unknown");
}
