//! Tenants that cannot all be read: what is not known is said to be so, and nothing vanishes.

use super::audit::{self, Audit, resting_on_policies, row, status};
use super::questions::{DKIM, DMARC, ROLE_SEPARATION, SPF, SUPER_ADMINS_AT_LEAST, SUPER_ADMINS_AT_MOST, WEB_SESSION};

/// Every check that rests on policies has a result, all of them open.
#[track_caller]
fn all_open(audit: &Audit) {
    assert!(resting_on_policies().len() > 200, "{}", resting_on_policies().len());
    for check in resting_on_policies() {
        let results: Vec<_> = audit.of_check(check).collect();
        assert!(!results.is_empty(), "{check} is gone");
        for result in results {
            let open = status(result) == "undetermined" && !result["missing"].as_array().expect("a list").is_empty();
            assert!(open, "{result:#}");
        }
    }
}

/// No result of the sound tenant is missing.
#[track_caller]
fn no_row_is_gone(audit: &Audit) {
    let rows = audit.rows();
    let gone: Vec<_> = audit::sound().rows().into_iter().filter(|row| !rows.contains(row)).collect();
    assert!(gone.is_empty(), "{gone:#?}");
}

/// What passes or does not apply here does so in the sound tenant.
#[track_caller]
fn nothing_new_is_well(audit: &Audit) {
    for result in audit.results().iter().filter(|result| ["pass", "not_applicable"].contains(&status(result))) {
        let (check, subject) = row(result);
        assert_eq!(status(result), status(audit::sound().result(&check, &subject)), "{check} {subject}");
    }
}

#[test]
fn g_an_empty_list_is_no_tenants() {
    let audit = audit::g();
    assert_eq!(audit.source("cloudidentity.policies"), "complete");
    all_open(audit);
    no_row_is_gone(audit);
    nothing_new_is_well(audit);
    assert_eq!(audit.status, 3);
}

#[test]
fn h_refused_policies_leave_every_check_open() {
    let audit = audit::h();
    assert_eq!(audit.source("cloudidentity.policies"), "denied");
    all_open(audit);
    no_row_is_gone(audit);
    nothing_new_is_well(audit);
    audit.misses(WEB_SESSION[0], "/", &["403"]);
    assert_eq!(audit.status, 3);
}

#[test]
fn i_one_read_a_second_gives_the_same_report() {
    let (slow, fast) = (audit::i(), audit::sound());
    for part in ["results", "org_units", "unread_events", "summary"] {
        assert_eq!(slow.report[part], fast.report[part], "{part}");
    }
    let policies = |audit: &Audit| {
        let sources = audit.report["sources"].as_array().expect("a list");
        let source = sources.iter().find(|source| source["id"] == "cloudidentity.policies").expect("the source");
        (source["items"].as_u64(), source["requests"].as_u64())
    };
    let ((items, requests), (all, one)) = (policies(slow), policies(fast));
    assert_eq!((items, one), (all, Some(1)));
    assert!(requests >= Some(3), "it took {requests:?} requests, so that the quota had something to refuse");
    assert_eq!(slow.status, fast.status);
}

#[test]
fn j_a_page_that_never_comes_leaves_every_check_open() {
    let audit = audit::j();
    assert_eq!(audit.source("cloudidentity.policies"), "partial");
    all_open(audit);
    no_row_is_gone(audit);
    nothing_new_is_well(audit);
    assert_eq!(audit.status, 3);
}

#[test]
fn k_super_admins_beyond_the_page_that_came_are_not_counted_out() {
    let audit = audit::k();
    assert_eq!(audit.source("directory.users"), "partial");
    audit.says(&SUPER_ADMINS_AT_MOST, &["tenant undetermined"]);
    for check in SUPER_ADMINS_AT_MOST {
        audit.misses(check, "tenant", &["directory.users"]);
    }
    // Three were seen, whoever else there is.
    audit.says(&SUPER_ADMINS_AT_LEAST, &["tenant pass"]);
    audit.says(&ROLE_SEPARATION, &["tenant undetermined"]);
    no_row_is_gone(audit);
}

#[test]
fn l_super_admins_are_known_without_roles_and_what_else_they_hold_is_not() {
    let audit = audit::l();
    assert_eq!(audit.source("directory.roles"), "denied");
    assert_eq!(audit.source("directory.role_assignments"), "denied");
    audit.says(&ROLE_SEPARATION, &["tenant undetermined"]);
    for check in ROLE_SEPARATION {
        audit.misses(check, "tenant", &["directory.role_assignments"]);
    }
    // Each account's own record says whether it is one: there are two.
    audit.says(&SUPER_ADMINS_AT_MOST, &["tenant pass"]);
    audit.says(&SUPER_ADMINS_AT_LEAST, &["tenant pass"]);
    no_row_is_gone(audit);
    nothing_new_is_well(audit);
}

#[test]
fn m_without_org_units_nothing_is_in_force_for_certain() {
    let audit = audit::m();
    assert_eq!(audit.source("directory.orgunits"), "denied");
    all_open(audit);
    audit.says(&WEB_SESSION, &["tenant undetermined"]);
    audit.misses(WEB_SESSION[0], "tenant", &["directory.orgunits", "403"]);
    assert_eq!(audit.status, 3);
}

#[test]
fn n_a_name_server_that_fails_proves_nothing_and_one_that_denies_does() {
    let failing = audit::n_failing();
    for checks in [&DKIM[..], &SPF, &DMARC] {
        failing.says(checks, &["tenant undetermined"]);
        for check in checks {
            failing.misses(check, "tenant", &["could not be looked up"]);
        }
    }
    let silent = audit::n_silent();
    silent.says(&SPF, &["tenant fail"]);
    silent.says(&DMARC, &["tenant fail"]);
    // SCuBA's check counts a key under a name that nobody told as none; CIS's waits for somebody who knows.
    let (scuba, cis): (Vec<&str>, Vec<&str>) = DKIM.iter().partition(|check| check.starts_with("scuba"));
    silent.says(&scuba, &["tenant fail"]);
    silent.says(&cis, &["tenant undetermined"]);
    assert_eq!(silent.status, 1);
}
