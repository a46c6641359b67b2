//! Tenants that can be read: what is in force for whom.

use super::audit;
use super::questions::{
    AUTO_FORWARDING, CHAT_FILES_CIS, CHAT_FILES_SCUBA, INTERNAL_APPS, MAIL_CLIENTS, SITES, WEB_SESSION,
};

#[test]
fn the_sound_tenant_passes_what_the_letters_spoil() {
    let audit = audit::sound();
    for checks in [&WEB_SESSION, &MAIL_CLIENTS, &AUTO_FORWARDING] {
        audit.says(checks, &["/ pass"]);
    }
    audit.says(&CHAT_FILES_CIS, &["/ pass"]);
    audit.says(&CHAT_FILES_SCUBA, &["/ pass"]);
    assert_eq!(audit.result(WEB_SESSION[0], "/")["covers"]["org_units"], 3);
    let high = audit.results().iter().filter(|result| {
        audit::status(result) == "fail" && (result["severity"] == "high" || result["severity"] == "critical")
    });
    assert_eq!(high.count(), 0, "nothing but the letters' own differences decides the exit status");
    assert_eq!(audit.status, 3);
}

#[test]
fn a_weak_org_unit_fails_and_is_named() {
    let audit = audit::a();
    for checks in [&WEB_SESSION, &MAIL_CLIENTS, &AUTO_FORWARDING] {
        audit.says(checks, &["/ pass", "/A fail"]);
    }
    audit.says(&CHAT_FILES_CIS, &["/ pass", "/A fail"]);
    audit.says(&CHAT_FILES_SCUBA, &["/ pass", "/A fail"]);
    // /A/B inherits.
    assert_eq!(audit.result(WEB_SESSION[0], "/A")["covers"]["org_units"], 2);
    assert_eq!(audit.status, 1);
}

#[test]
fn b_weak_group_fails_and_is_named() {
    let audit = audit::b();
    audit.says(&AUTO_FORWARDING, &["travel@corpus.example fail", "/ pass"]);
    audit.says(&CHAT_FILES_CIS, &["travel@corpus.example fail", "/ pass"]);
    audit.says(&CHAT_FILES_SCUBA, &["travel@corpus.example fail", "/ pass"]);
    // What makes no exception for the group has no row about it.
    audit.says(&MAIL_CLIENTS, &["/ pass"]);
    let (top, group) =
        (audit.result(AUTO_FORWARDING[0], "/"), audit.result(AUTO_FORWARDING[0], "travel@corpus.example"));
    assert_eq!((&top["covers"]["users"], &group["covers"]["users"]), (&3.into(), &1.into()));
    assert_eq!(audit.status, 1);
}

#[test]
fn c_an_org_unit_below_the_one_that_switches_chat_on_fails() {
    let audit = audit::c();
    audit.says(&CHAT_FILES_CIS, &["/ pass", "/A/B fail"]);
    audit.says(&CHAT_FILES_SCUBA, &["/ not_applicable", "/A pass", "/A/B fail"]);
}

#[test]
fn d_an_org_unit_called_like_the_organisation_is_not_the_top() {
    let audit = audit::d();
    for checks in [&WEB_SESSION, &MAIL_CLIENTS, &AUTO_FORWARDING] {
        audit.says(checks, &["/ fail", "/Corpus pass"]);
    }
    assert_eq!(audit.status, 1);
}

#[test]
fn e_what_one_licence_brings_is_not_everybodys() {
    let audit = audit::e();
    audit.says(&WEB_SESSION, &["/ fail"]);
    for check in WEB_SESSION {
        let result = audit.result(check, "/");
        let summary = result["summary"].as_str().expect("a text");
        assert!(summary.contains("730 days") && summary.contains("3 of 5 users"), "{summary}");
        assert_eq!(result["covers"]["users"], 5);
    }
    let audit = audit::e_denied();
    audit.says(&WEB_SESSION, &["/ undetermined"]);
    for check in WEB_SESSION {
        audit.misses(check, "/", &["/product/Google-Apps/sku/1010020020"]);
    }
    assert_eq!(audit.source("licensing.assignments"), "denied");
}

#[test]
fn f_no_service_status_is_neither_on_nor_off() {
    let audit = audit::f();
    audit.says(&SITES, &["/ undetermined"]);
    audit.misses(SITES[0], "/", &["sites.service_status"]);
    // SCuBA asks about Chat only where it is on; CIS asks about the setting, which is there.
    audit.says(&CHAT_FILES_SCUBA, &["/ undetermined"]);
    audit.misses(CHAT_FILES_SCUBA[0], "/", &["chat.service_status"]);
    audit.says(&CHAT_FILES_CIS, &["/ fail"]);
}

#[test]
fn o_internal_apps_not_returned_are_unknown_to_both_frameworks() {
    let audit = audit::o();
    audit.says(&INTERNAL_APPS, &["/ undetermined"]);
    for check in INTERNAL_APPS {
        audit.misses(check, "/", &["api_controls.internal_apps"]);
    }
}

#[test]
fn p_a_session_of_no_seconds_is_not_understood() {
    let audit = audit::p();
    audit.says(&WEB_SESSION, &["/ undetermined"]);
    for check in WEB_SESSION {
        audit.misses(check, "/", &["webSessionDuration", "0s"]);
    }
}
