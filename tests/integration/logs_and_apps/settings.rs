use gwsaudit::facts::Facts;
use serde_json::{Value, json};

use super::{told, unit};
use crate::verdicts::tenant::{FROM, Tenant, event, tenant, with_status};

const WARNING: &str = "OutOfDomainWarningProto disable_untrusted_recipient_warning";

fn set(place: &str, value: &str) -> Value {
    event(
        "CHANGE_APPLICATION_SETTING",
        &[
            ("APPLICATION_NAME", "Gmail"),
            ("SETTING_NAME", WARNING),
            ("OLD_VALUE", ""),
            ("NEW_VALUE", value),
            ("ORG_UNIT_NAME", place),
        ],
    )
}

fn deleted(place: &str) -> Value {
    event(
        "DELETE_APPLICATION_SETTING",
        &[("APPLICATION_NAME", "Gmail"), ("SETTING_NAME", WARNING), ("ORG_UNIT_NAME", place)],
    )
}

fn with(mut event: Value, parameter: Value) -> Value {
    event["parameters"].as_array_mut().expect("a list").push(parameter);
    event
}

fn for_group(event: Value, group: &str) -> Value {
    with(event, json!({"name": "GROUP_EMAIL", "value": group}))
}

fn without(mut event: Value, parameter: &str) -> Value {
    event["parameters"].as_array_mut().expect("a list").retain(|one| one["name"] != json!(parameter));
    event
}

fn at(facts: &Facts, path: &str) -> String {
    told(&facts.settings.at(unit(facts, path), WARNING))
}

fn three() -> Tenant {
    tenant().unit("/A").unit("/A/X").unit("/B")
}

const ONE: &str = "2026-09-01T10:00:00Z";
const TWO: &str = "2026-09-02T10:00:00Z";

#[test]
fn an_own_newest_event_is_proven_and_inherited_it_is_presumed() {
    let facts = three()
        .admin(TWO, &[set("Example Org", "false")])
        .admin(ONE, &[set("Example Org", "true")])
        .admin(TWO, &[set("A", "true")])
        .facts();
    assert_eq!(at(&facts, "/"), "false proven");
    assert_eq!(at(&facts, "/A"), "true proven");
    assert_eq!(at(&facts, "/A/X"), "true presumed from /A");
    assert_eq!(at(&facts, "/B"), "false presumed from /");
}

#[test]
fn silence_says_nothing() {
    let facts = three().admin(ONE, &[set("A", "true")]).facts();
    assert_eq!(at(&facts, "/"), "unknown");
    assert_eq!(at(&facts, "/B"), "unknown");
    let other = facts.settings.at(unit(&facts, "/A"), "Another setting");
    let gap = other.gaps.first().expect("a gap");
    assert!(gap.why.contains("about 180 days"), "{}", gap.why);
    assert!(gap.supply.contains("Admin console"), "{}", gap.supply);
}

#[test]
fn an_org_unit_that_is_younger_than_the_log_surely_inherits() {
    let created = event("CREATE_ORG_UNIT", &[("ORG_UNIT_NAME", "B")]);
    let facts = three().admin(ONE, &[created, set("Example Org", "false")]).facts();
    assert_eq!(at(&facts, "/B"), "false proven from /");
    assert_eq!(at(&facts, "/A"), "false presumed from /");
}

#[test]
fn a_deletion_inherits_below_and_is_the_default_at_the_top() {
    let facts =
        three().admin(ONE, &[set("Example Org", "true"), set("A", "false")]).admin(TWO, &[deleted("A")]).facts();
    assert_eq!(at(&facts, "/A"), "true presumed from /");
    let facts = three().admin(ONE, &[set("A", "false")]).admin(TWO, &[deleted("Example Org")]).facts();
    assert_eq!(at(&facts, "/"), "DELETE_APPLICATION_SETTING proven");
    assert_eq!(at(&facts, "/B"), "DELETE_APPLICATION_SETTING presumed from /");
    assert_eq!(at(&facts, "/A"), "false proven");
}

#[test]
fn the_value_of_a_group_is_no_org_unit_s() {
    let tenant = three().admin(ONE, &[set("Example Org", "false")]);
    let only_group = three().admin(ONE, &[for_group(set("Example Org", "false"), "G@example.com")]).facts();
    assert_eq!(at(&only_group, "/"), "unknown");
    assert_eq!(told(&only_group.settings.of_group("g@example.com", WARNING)), "false proven");
    assert_eq!(only_group.settings.groups(WARNING).collect::<Vec<_>>(), ["g@example.com"]);

    let other = tenant.clone().admin(TWO, &[for_group(set("Example Org", "true"), "g@example.com")]).facts();
    let fact = other.settings.at(unit(&other, "/"), WARNING);
    assert_eq!(told(&fact), "false presumed");
    assert!(fact.gaps.iter().any(|gap| gap.why.contains("g@example.com")), "{:?}", fact.gaps);
    let same = tenant.clone().admin(TWO, &[for_group(set("Example Org", "false"), "g@example.com")]).facts();
    assert_eq!(at(&same, "/"), "false proven");
    let gone = tenant.admin(TWO, &[for_group(deleted("Example Org"), "g@example.com")]).facts();
    assert_eq!(at(&gone, "/"), "false proven");
    assert_eq!(told(&gone.settings.of_group("g@example.com", WARNING)), "unknown");
}

#[test]
fn a_log_that_is_not_whole_proves_nothing() {
    let tenant = three().admin(ONE, &[set("Example Org", "false"), event("TOGGLE_CAA_ENABLEMENT", &[])]);
    for status in ["partial", "denied", "failed", "skipped"] {
        let facts = tenant.clone().source("reports.admin", status).facts();
        let fact = facts.settings.at(unit(&facts, "/"), WARNING);
        assert_eq!(told(&fact), "unknown", "{status}");
        assert!(fact.gaps.first().is_some_and(|gap| gap.why.contains("reports.admin")), "{:?}", fact.gaps);
        assert_eq!(facts.settings.last("TOGGLE_CAA_ENABLEMENT"), None);
        assert!(facts.settings.why_no_last("TOGGLE_CAA_ENABLEMENT").why.contains("reports.admin"));
    }
    let late = tenant.judged("2026-10-01T00:00:00Z", "2026-11-23T10:00:00Z").facts();
    assert_eq!(at(&late, "/"), "unknown", "what lies before the log has no watch over it");
    assert!(FROM < ONE);
}

#[test]
fn a_name_of_several_proves_no_place() {
    let tenant = tenant().unit("/A").unit("/B").unit("/A/X").unit("/B/X").admin(ONE, &[set("Example Org", "false")]);
    let bare = tenant.clone().admin(TWO, &[set("X", "true")]).facts();
    assert_eq!(at(&bare, "/A/X"), "unknown");
    assert_eq!(at(&bare, "/B/X"), "unknown");
    assert_eq!(at(&bare, "/A"), "false presumed from /");
    let path = tenant.clone().admin(TWO, &[set("/A/X", "true")]).facts();
    assert_eq!(at(&path, "/A/X"), "true proven");
    assert_eq!(at(&path, "/B/X"), "false presumed from /");
    let later = tenant.clone().admin(ONE, &[set("X", "true")]).admin(TWO, &[set("/A/X", "false")]).facts();
    assert_eq!(at(&later, "/A/X"), "false proven", "an event of its own is newer");
    assert_eq!(at(&later, "/B/X"), "unknown");
    for place in ["Nowhere", ""] {
        let lost = tenant.clone().admin(TWO, &[set(place, "true")]).facts();
        assert_eq!(at(&lost, "/"), "unknown", "it may be any: {place:?}");
    }
    let lost = tenant.source("directory.orgunits", "partial").admin(TWO, &[set("A", "true")]).facts();
    assert_eq!(at(&lost, "/A"), "unknown", "another org unit of the name may be missing");
}

#[test]
fn a_name_that_passed_to_another_org_unit_means_two() {
    let day = |number: u8| format!("2026-09-{number:02}T10:00:00Z");
    let renamed = event("EDIT_ORG_UNIT_NAME", &[("ORG_UNIT_NAME", "X"), ("NEW_VALUE", "Y")]);
    let created = event("CREATE_ORG_UNIT", &[("ORG_UNIT_NAME", "X")]);
    let facts = tenant()
        .unit("/X")
        .unit("/Y")
        .admin(&day(9), &[set("X", "false")])
        .admin(&day(3), &[set("X", "true")])
        .admin(&day(5), &[renamed])
        .admin(&day(7), &[created])
        .facts();
    assert_eq!(at(&facts, "/Y"), "true proven");
    assert_eq!(at(&facts, "/X"), "false proven");
}

#[test]
fn what_cannot_be_read_for_certain_is_not_guessed() {
    let known = three().admin(ONE, &[set("Example Org", "true")]);
    let new_value = |value: Value| with(without(set("Example Org", ""), "NEW_VALUE"), value);
    let cases: Vec<(Value, &str)> = vec![
        (with_status(set("Example Org", "false"), "FAILED"), "true proven"),
        (with_status(set("Example Org", "false"), "SKIPPED"), "true proven"),
        (with_status(set("Example Org", "false"), "SUCCEEDED"), "false proven"),
        (with_status(set("Example Org", "false"), "UNKNOWN_EVENT_STATUS"), "unknown"),
        (without(set("Example Org", "false"), "NEW_VALUE"), "unknown"),
        (with(set("Example Org", "false"), json!({"name": "NEW_VALUE", "value": "true"})), "unknown"),
        (new_value(json!({"name": "NEW_VALUE", "multiValue": ["a", "b"]})), "unknown"),
        (new_value(json!({"name": "NEW_VALUE", "boolValue": false})), "false proven"),
        (new_value(json!({"name": "NEW_VALUE", "intValue": "30"})), "30 proven"),
        (with(set("Example Org", "false"), json!({"name": "SETTING_METADATA", "messageValue": {}})), "false proven"),
        (with(set("Example Org", "false"), json!({"name": "LICENCE", "value": "x"})), "false presumed"),
        (with(set("Example Org", "false"), json!({"name": "GROUP_EMAIL", "multiValue": ["g@x.y"]})), "unknown"),
        (without(set("Example Org", "false"), "SETTING_NAME"), "true proven"),
    ];
    for (event, expected) in cases {
        let facts = known.clone().admin(TWO, std::slice::from_ref(&event)).facts();
        assert_eq!(at(&facts, "/"), expected, "{event}");
    }
    let at_once = known.clone().admin(TWO, &[set("Example Org", "true")]).admin(TWO, &[set("Example Org", "false")]);
    assert_eq!(at(&at_once.facts(), "/"), "unknown");
    let two_names = known.clone().admin(TWO, &[set("Example Org", "true")]).admin(TWO, &[set("/", "false")]);
    assert_eq!(at(&two_names.facts(), "/"), "unknown");
    let mut elsewhere = set("Example Org", "false");
    elsewhere["parameters"][0]["value"] = json!("Another application");
    assert_eq!(at(&known.admin(TWO, &[elsewhere]).facts(), "/"), "unknown");
}

#[test]
fn the_newest_event_of_a_name() {
    let toggled = |value: &str| event("TOGGLE_CAA_ENABLEMENT", &[("NEW_VALUE", value)]);
    let value = |tenant: &Tenant| {
        let facts = tenant.facts();
        match facts.settings.last("TOGGLE_CAA_ENABLEMENT") {
            Some(last) => last.parameters.get("NEW_VALUE").cloned().unwrap_or_default(),
            None => facts.settings.why_no_last("TOGGLE_CAA_ENABLEMENT").why,
        }
    };
    let tenant = three().admin(TWO, &[toggled("DISABLED")]).admin(ONE, &[toggled("ENABLED")]);
    assert_eq!(value(&tenant), "DISABLED");
    assert!(value(&three()).contains("no event TOGGLE_CAA_ENABLEMENT since"));
    assert!(value(&tenant.clone().admin(TWO, &[toggled("ENABLED")])).contains("different things"));
    let open = with_status(toggled("ENABLED"), "UNKNOWN_EVENT_STATUS");
    assert!(value(&tenant.clone().admin("2026-09-03T10:00:00Z", &[open])).contains("took effect"));
    let failed = with_status(toggled("ENABLED"), "FAILED");
    assert_eq!(value(&tenant.admin("2026-09-03T10:00:00Z", &[failed])), "DISABLED");
    let several = json!({"type": "T", "name": "TOGGLE_CAA_ENABLEMENT", "parameters": [
        {"name": "NEW_VALUE", "multiValue": ["a"]}, {"name": "NUMBER", "intValue": 3}]});
    let facts = three().admin(ONE, &[several]).facts();
    let last = facts.settings.last("TOGGLE_CAA_ENABLEMENT").expect("an event");
    assert_eq!(last.parameters.iter().collect::<Vec<_>>(), [(&"NUMBER".to_owned(), &"3".to_owned())]);
}
