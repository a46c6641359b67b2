//! Canaries: what the fate of connections of our own proves, and what it leaves open.

use serde_json::json;

use super::tenant::{Canary, FLOWS, OKTA, Tenant, listing, listing_of, session, tenant};

const TRUSTED_CLIENT: &str = "7770000001-trusted.apps.googleusercontent.com";
const UNTRUSTED_CLIENT: &str = "7770000002-untrusted.apps.googleusercontent.com";
const BORN: &str = "2026-11-10T08:00:00Z";

fn untrusted<'c>(unit: &'c str, tries: &[(f64, &'c str)]) -> Canary<'c> {
    Canary {
        id: "u",
        org_unit: unit,
        role: "untrusted",
        client: UNTRUSTED_CLIENT,
        user: "canary-u@example.com",
        below: false,
        authorized_at: BORN,
        tries: tries.to_vec(),
    }
}

fn trusted<'c>(unit: &'c str, tries: &[(f64, &'c str)]) -> Canary<'c> {
    Canary { id: "t", role: "trusted", client: TRUSTED_CLIENT, user: "canary-t@example.com", ..untrusted(unit, tries) }
}

/// A tenant of which nobody has attested anything and the log shows nothing, with the canaries' users in that org unit.
fn silent(unit: &str) -> Tenant {
    let tenant = tenant().unit("/Sales").unit("/Sales/EMEA");
    tenant.user("canary-u@example.com", unit).user("canary-t@example.com", unit)
}

#[test]
fn a_refusal_for_the_session_proves_that_it_is_required_and_bounds_it() {
    let judged = silent("/").canary(&untrusted("/", &[(3.0, "refreshed"), (4.0, "invalid_rapt")])).judge();
    assert_eq!(judged.session("/"), "required proven, exempt unknown unknown");
    let session = &judged.json["org_units"][0]["cloud_session"];
    assert_eq!(session["frequency_at_least_seconds"], json!(3 * 3600));
    assert_eq!(session["frequency_at_most_seconds"], json!(4 * 3600));
    let evidence = judged.result("trusted-apps-exempt", "/").expect("a result")["evidence"].to_string();
    assert!(evidence.contains("canary u") && evidence.contains("no binding decides"), "{evidence}");
    let required = silent("/").canary(&trusted("/", &[(20.0, "rapt_required")])).judge();
    assert_eq!(required.session("/"), "required proven, exempt unknown unknown", "by either client");
}

#[test]
fn only_an_untrusted_client_that_outlives_the_longest_session_proves_that_it_is_not_required() {
    let of = |canary: &Canary<'_>| silent("/").canary(canary).judge().session("/");
    assert_eq!(of(&untrusted("/", &[(25.0, "refreshed")])), "not_required proven, exempt - -");
    assert_eq!(of(&untrusted("/", &[(23.0, "refreshed")])), "unknown unknown, exempt unknown unknown");
    assert_eq!(
        of(&trusted("/", &[(200.0, "refreshed")])),
        "unknown unknown, exempt unknown unknown",
        "it may be spared"
    );
    // Somebody gave the untrusted client a level: what it shows depends on that.
    let touched = |list: &str| {
        silent("/")
            .canary(&untrusted("/", &[(100.0, "refreshed")]))
            .admin("2026-11-11T08:00:00Z", &[listing_of(list, UNTRUSTED_CLIENT, "Canary", "Example Org")])
            .judge()
            .session("/")
    };
    assert_eq!(touched("ADD_TO_TRUSTED_OAUTH2_APPS"), "unknown unknown, exempt unknown unknown");
    assert_eq!(touched("ADD_TO_LIMITED_OAUTH2_APPS"), "not_required proven, exempt - -");
}

#[test]
fn two_roles_tell_the_exemption() {
    let pair = |trusted_outcome: &'static str| {
        silent("/")
            .canary(&untrusted("/", &[(3.0, "refreshed"), (4.0, "invalid_rapt")]))
            .canary(&trusted("/", &[(4.0, "refreshed"), (30.0, trusted_outcome)]))
    };
    assert_eq!(pair("refreshed").judge().session("/"), "required proven, exempt yes proven");
    assert_eq!(
        pair("invalid_rapt").judge().session("/"),
        "required proven, exempt unknown unknown",
        "the exemption is off, or the client is not Trusted"
    );
    let known = pair("invalid_rapt").admin(
        "2026-11-01T08:00:00Z",
        &[listing_of("ADD_TO_TRUSTED_OAUTH2_APPS", TRUSTED_CLIENT, "Canary", "Example Org")],
    );
    assert_eq!(known.judge().session("/"), "required proven, exempt no proven");
    assert_eq!(known.judge().exempt("/"), "fail proven");
}

#[test]
fn it_is_so_where_the_user_is_and_below_only_where_that_is_known() {
    let judged = silent("/Sales").canary(&untrusted("/Sales", &[(25.0, "refreshed")])).judge();
    assert_eq!(judged.session("/"), "unknown unknown, exempt unknown unknown");
    assert_eq!(judged.session("/Sales"), "not_required proven, exempt - -");
    // Whose setting it is, the root's or that of /Sales, an experiment does not show.
    assert_eq!(judged.session("/Sales/EMEA"), "not_required presumed, exempt - -");
    let mut covering = untrusted("/", &[(25.0, "refreshed")]);
    covering.below = true;
    let judged = silent("/").canary(&covering).judge();
    for path in ["/", "/Sales", "/Sales/EMEA"] {
        assert!(judged.session(path).starts_with("not_required proven"), "{path}: {}", judged.session(path));
        assert_eq!(judged.exempt(path), "not_applicable proven");
    }
    // An org unit with a canary of its own is not among those of which that was said.
    let own = Canary { id: "s", user: "canary-s@example.com", ..untrusted("/Sales", &[(3.0, "invalid_rapt")]) };
    let judged = silent("/").user("canary-s@example.com", "/Sales").canary(&covering).canary(&own).judge();
    assert!(judged.session("/").starts_with("not_required proven"));
    assert!(judged.session("/Sales").starts_with("required proven"), "{}", judged.session("/Sales"));
}

#[test]
fn where_a_user_is_or_who_decides_is_open_it_counts_for_nothing() {
    let open = "unknown unknown, exempt unknown unknown";
    let canary = untrusted("/", &[(25.0, "refreshed")]);
    let mut bound = silent("/").canary(&canary);
    bound.no_bindings = false;
    assert_eq!(bound.clone().source("accesscontextmanager.bindings", "denied").judge().session("/"), open);
    assert_eq!(bound.judge().session("/"), "not_required proven, exempt - -", "no binding is listed");
    let nobody = tenant().canary(&canary).judge();
    assert!(nobody.json["notices"].to_string().contains("canary u counts for nothing"), "{}", nobody.json["notices"]);
    assert_eq!(nobody.session("/"), open, "the directory does not have the user");
    let moved = silent("/").canary(&canary).admin(
        "2026-11-12T08:00:00Z",
        &[super::tenant::event("MOVE_USER_TO_ORG_UNIT", &[("USER_EMAIL", "canary-u@example.com"), ("NEW_VALUE", "x")])],
    );
    assert_eq!(moved.judge().session("/"), open, "tried before the user was moved here");
    for outcome in ["revoked_or_expired", "account", "client", "unreachable", "other", "a word of tomorrow"] {
        let judged = silent("/").canary(&untrusted("/", &[(30.0, outcome)])).judge();
        assert_eq!(judged.session("/"), open, "{outcome}");
        assert!(judged.json["notices"].to_string().contains("canary u was last tried in vain"), "{outcome}");
    }
}

#[test]
fn experiments_go_stale_with_a_change_and_are_presumed_within_a_day_after_one() {
    let changed = |at: &str| {
        silent("/")
            .canary(&untrusted("/", &[(30.0, "refreshed")]))
            .admin(at, &[session("Example Org", "x", "16 hours")])
            .judge()
            .session("/")
    };
    // Tried on 11 November at 14:00.
    assert_eq!(changed("2026-11-12T08:00:00Z"), "required presumed, exempt unknown unknown", "changed since");
    assert_eq!(changed("2026-11-09T08:00:00Z"), "not_required proven, exempt - -", "long before");
    assert!(changed("2026-11-11T08:00:00Z").ends_with("conflict"), "within a day after a change it only suggests");
    let unwatched = silent("/").canary(&untrusted("/", &[(30.0, "refreshed")])).source("reports.admin", "partial");
    assert_eq!(unwatched.judge().session("/"), "unknown unknown, exempt unknown unknown");
}

#[test]
fn they_support_and_contradict_what_was_attested() {
    let attested = |value: &str| silent("/").attest_session("/", "2026-11-01T08:00:00Z", value);
    let refused = untrusted("/", &[(3.0, "refreshed"), (4.0, "invalid_rapt")]);
    let exempt = r#"reauth = "required", frequency = "16h", exempt_trusted_apps = true"#;
    let judged = attested(exempt).canary(&refused).judge();
    assert_eq!(judged.session("/"), "required proven, exempt yes proven conflict", "4 h are no 16 h");
    assert!(judged.result("trusted-apps-exempt", "/").is_some());
    let fits = r#"reauth = "required", frequency = "4h", exempt_trusted_apps = true"#;
    assert_eq!(attested(fits).canary(&refused).judge().session("/"), "required proven, exempt yes proven");
    let never = attested(r#"reauth = "not_required""#).canary(&refused).judge();
    assert!(never.session("/").ends_with("conflict"), "{}", never.session("/"));
    assert_eq!(never.exempt("/"), "undetermined -");
    let sides = never.json["org_units"][0]["cloud_session"]["sides"].to_string();
    assert!(sides.contains("attestations.toml") && sides.contains("canary u"), "{sides}");
    // A pair renews an exemption that a later save had made a presumption.
    let aged = attested(exempt.replace("16h", "4h").as_str())
        .admin("2026-11-02T08:00:00Z", &[session("Example Org", "x", "y")])
        .canary(&refused)
        .canary(&trusted("/", &[(30.0, "refreshed")]));
    assert_eq!(aged.judge().session("/"), "required proven, exempt yes proven");
    assert_eq!(aged.judge().exempt("/"), "pass proven");
}

#[test]
fn a_connection_fails_by_the_bound_that_experiments_set() {
    let tenant = silent("/")
        .connection()
        .authorizes("2026-11-23T08:00:00Z", FLOWS)
        .admin("2026-10-01T08:00:00Z", &[listing("ADD_TO_LIMITED_OAUTH2_APPS", "Example Org")])
        .canary(&untrusted("/", &[(3.0, "refreshed"), (4.0, "invalid_rapt")]));
    let judged = tenant.judge();
    assert_eq!(judged.access("/"), "limited proven");
    assert_eq!(judged.survives(FLOWS), "fail proven");
    assert_eq!(judged.connection(FLOWS), "yes breaks last 2026-11-23T08:00:00Z next 2026-11-23T12:00:00Z");
    assert!(!judged.json["results"].to_string().contains(&format!("client_id\":\"{UNTRUSTED_CLIENT}")));
    assert!(judged.json["results"].to_string().contains(OKTA));
}

/// What Google does with a refresh at that age.
fn fate(required: bool, hours: f64, spared: bool, age: f64) -> &'static str {
    if required && !spared && age >= hours { "invalid_rapt" } else { "refreshed" }
}

#[test]
fn a_pair_determines_what_the_truth_table_allows_and_nothing_else() {
    for required in [true, false] {
        for frequency in [1.0, 4.0, 16.0, 24.0] {
            for exempt in [true, false] {
                for level in ["trusted", "limited", "unconfigured"] {
                    for level_known in [true, false] {
                        let spared = exempt && level == "trusted";
                        let ages = [0.5, 3.5, 15.5, 23.5, 24.5, 40.0];
                        let tries = |spared| ages.map(|age| (age, fate(required, frequency, spared, age)));
                        let mut tenant =
                            silent("/").canary(&untrusted("/", &tries(false))).canary(&trusted("/", &tries(spared)));
                        if level_known && level != "unconfigured" {
                            let list = format!("ADD_TO_{}_OAUTH2_APPS", level.to_uppercase());
                            let event = listing_of(&list, TRUSTED_CLIENT, "Canary", "Example Org");
                            tenant = tenant.admin("2026-11-01T08:00:00Z", &[event]);
                        }
                        let expected = match (required, spared, level == "trusted" && level_known) {
                            (false, ..) => "not_required proven, exempt - -",
                            (true, true, _) => "required proven, exempt yes proven",
                            (true, false, true) => "required proven, exempt no proven",
                            (true, false, false) => "required proven, exempt unknown unknown",
                        };
                        let judged = tenant.judge();
                        let case = (required, frequency, exempt, level, level_known);
                        assert_eq!(judged.session("/"), expected, "{case:?}");
                        let session = &judged.json["org_units"][0]["cloud_session"];
                        if required {
                            let least = session["frequency_at_least_seconds"].as_i64().unwrap_or_default();
                            let most = session["frequency_at_most_seconds"].as_i64().expect("a bound");
                            let length = (frequency * 3600.0) as i64;
                            assert!(least <= length && length <= most, "{case:?}: {least} {most}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn a_canary_that_was_lost_may_have_contradicted() {
    let healthy = silent("/").healthy("2026-11-01T08:00:00Z").canary(&untrusted("/", &[(17.0, "invalid_rapt")]));
    assert_eq!(healthy.judge().exempt("/"), "pass proven");
    let mut poorer = healthy;
    poorer.sources.get_mut("canaries").expect("a source")["items"] = json!(2);
    let judged = poorer.judge();
    assert_eq!(judged.session("/"), "required presumed, exempt yes presumed");
    assert_eq!(judged.exempt("/"), "undetermined -");
    assert_eq!(judged.missing("trusted-apps-exempt", "/"), ["canaries"]);
}

#[test]
fn a_garbled_canary_makes_its_source_partial() {
    let mut tenant = silent("/").canary(&untrusted("/", &[(25.0, "refreshed")]));
    tenant.lines.last_mut().expect("just added")["data"]["role"] = json!("spy");
    let judged = tenant.judge();
    assert_eq!(judged.session("/"), "unknown unknown, exempt unknown unknown");
    let sources = judged.json["sources"].as_array().expect("a list");
    let canaries = sources.iter().find(|source| source["id"] == json!("canaries")).expect("a source");
    assert_eq!(canaries["status"], json!("partial"));
}
