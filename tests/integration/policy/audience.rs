//! Whom policies apply to, and what is left open where that is not known.

use gwsaudit::policy::{Openness, Query, Why, World, Worlds};
use serde_json::json;

use super::*;

const POP: &str = "gmail.pop_access";

fn pop(name: &str, query: &str, order: &str, enabled: bool) -> Policy {
    policy(name, POP, query, order, &json!({"enablePopAccess": enabled}))
}

/// The values that POP may have.
fn values(effective: &Effective) -> BTreeSet<String> {
    let Worlds::Known(worlds) = &effective.worlds else { panic!("{effective:?}") };
    let value = |world: &World| match world {
        World::Absent => "absent".to_owned(),
        World::Fields(fields) => match &fields["enablePopAccess"].state {
            FieldState::Set { value, .. } => value.to_string(),
            other @ (FieldState::Default { .. } | FieldState::Unset { .. } | FieldState::Unknown { .. }) => {
                format!("{other:?}")
            }
        },
        World::Rules(_) => panic!("no rules"),
    };
    worlds.iter().map(value).collect()
}

fn texts(values: &[&str]) -> BTreeSet<String> {
    values.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn a_group_may_stand_above_or_below_a_deeper_org_unit() {
    let group = format!("{} && {}", in_unit("root"), in_group("g"));
    let member = Person::of(&["sales", "root"]).group("g", Holds::Yes);
    for (order, wanted) in [("399.00001", json!(true)), ("201.00109", json!(false))] {
        let policies = complete(vec![pop("a", &group, order, true), pop("b", &in_unit("sales"), "202", false)]);
        assert_eq!(member.sure(&policies, POP, "enablePopAccess"), wanted, "{order}");
    }
    let policies = complete(vec![pop("a", &group, "201.00109", true), pop("b", &in_unit("root"), "201.00034", false)]);
    assert_eq!(member.sure(&policies, POP, "enablePopAccess"), json!(true));
}

#[test]
fn an_unknown_membership_leaves_both_possible_and_is_named() {
    let policies = complete(vec![pop("a", &in_unit("root"), "201", false), pop("b", &in_group("g"), "399", true)]);
    let person = Person::of(&["root"]);
    assert_eq!(values(&person.effective(&policies, POP)), texts(&["false"]));
    let perhaps = person.group("g", Holds::Unknown).effective(&policies, POP);
    assert_eq!(values(&perhaps), texts(&["false", "true"]));
    let [doubt] = perhaps.doubts.as_slice() else { panic!("{:?}", perhaps.doubts) };
    assert_eq!(policies.record(doubt.policy).name, "policies/b");
    assert_eq!(doubt.why, BTreeSet::from([Why::Group(GroupId::from_google("g"))]));
}

#[test]
fn a_doubt_that_makes_no_difference_is_no_doubt() {
    let policies = complete(vec![
        pop("a", &in_unit("root"), "201", true),
        pop("b", &with_licence("S"), "150", false),
        pop("c", &in_group("g"), "399", true),
    ]);
    let person = Person::of(&["root"]).group("g", Holds::Unknown).licence("S", Holds::Unknown);
    let effective = person.effective(&policies, POP);
    assert_eq!(values(&effective), texts(&["true"]));
    assert_eq!(effective.doubts, []);
}

#[test]
fn without_licences_a_setting_may_be_absent() {
    let policies = complete(vec![pop("a", &format!("{} && {}", in_unit("root"), with_licence("S")), "101", true)]);
    let person = Person::of(&["root"]);
    assert_eq!(values(&person.clone().licence("S", Holds::Yes).effective(&policies, POP)), texts(&["true"]));
    assert_eq!(values(&person.effective(&policies, POP)), texts(&["absent"]));
    let perhaps = person.licence("S", Holds::Unknown).effective(&policies, POP);
    assert_eq!(values(&perhaps), texts(&["absent", "true"]));
    assert_eq!(perhaps.doubts[0].why, BTreeSet::from([Why::Licence(Sku::new("P", "S"))]));
}

#[test]
fn an_unknown_chain_of_org_units_makes_every_other_org_unit_possible() {
    let policies = complete(vec![pop("a", &in_unit("mine"), "202", true), pop("b", &in_unit("other"), "203", false)]);
    let mut person = Person::of(&["mine"]);
    assert_eq!(values(&person.effective(&policies, POP)), texts(&["true"]));
    person.chain = Chain::Partial;
    let effective = person.effective(&policies, POP);
    assert_eq!(values(&effective), texts(&["false", "true"]));
    assert_eq!(effective.doubts[0].why, BTreeSet::from([Why::OrgUnits]));
}

#[test]
fn more_doubts_than_can_be_tried_leave_it_open() {
    let mut all = vec![pop("base", &in_unit("root"), "201", false)];
    let mut person = Person::of(&["root"]);
    for nth in 0..5 {
        all.push(pop(&format!("g{nth}"), &in_group(&format!("g{nth}")), &format!("399.{nth}"), true));
        person = person.group(&format!("g{nth}"), Holds::Unknown);
    }
    assert_eq!(values(&person.effective(&complete(all.clone()), POP)), texts(&["false", "true"]));
    all.push(pop("one more", &format!("!{}", in_group("g0")), "399.9", true));
    let effective = person.effective(&complete(all), POP);
    assert!(matches!(effective.worlds, Worlds::Open { why: Openness::Doubts(6), .. }));
    assert_eq!(effective.doubts.len(), 6);
}

#[test]
fn an_unreadable_policy_opens_its_type_for_whom_it_may_touch() {
    let odd = |query: &str| policy("odd", POP, query, "202", &json!("POP"));
    let policies = complete(vec![pop("a", &in_unit("root"), "201", false), odd(&in_unit("sales"))]);
    assert_eq!(values(&Person::of(&["hr", "root"]).effective(&policies, POP)), texts(&["false"]));
    let touched = Person::of(&["sales", "root"]).effective(&policies, POP);
    let Worlds::Open { why: Openness::Unreadable(odd_ones), .. } = &touched.worlds else { panic!("{touched:?}") };
    assert_eq!(policies.record(odd_ones[0]).name, "policies/odd");
    let policies = complete(vec![pop("a", &in_unit("root"), "201", false), odd(&in_group("g"))]);
    let perhaps = Person::of(&["root"]).group("g", Holds::Unknown).effective(&policies, POP);
    assert!(matches!(perhaps.worlds, Worlds::Open { why: Openness::Unreadable(_), .. }));
}

/// The condition of a policy, from the JSON of its policyQuery.
fn query(json: &str) -> Query {
    let text = format!(r#"{{"name": "policies/a", "policyQuery": {json}}}"#);
    Query::from_google(&serde_json::from_str::<Policy>(&text).expect("a policy").policy_query)
}

fn holds(query: &Query, person: &Person) -> Holds {
    person.with(|who| query.of(who).0)
}

#[test]
fn without_a_condition_the_fields_beside_it_count() {
    let here = Person::of(&["u", "root"]);
    let member = here.clone().group("g", Holds::Yes);
    for everybody in [r#"{"query": "", "sortOrder": 101}"#, r#"{"sortOrder": 101}"#, r#"{"query": " ", "group": ""}"#] {
        assert_eq!(holds(&query(everybody), &Person::of(&["x"])), Holds::Yes, "{everybody}");
    }
    let unit = query(r#"{"orgUnit": "orgUnits/u"}"#);
    assert_eq!((holds(&unit, &here), holds(&unit, &Person::of(&["root"]))), (Holds::Yes, Holds::No));
    let both = query(r#"{"query": "", "orgUnit": "orgUnits/u", "group": "groups/g"}"#);
    assert_eq!((holds(&both, &here), holds(&both, &member)), (Holds::No, Holds::Yes));
    for odd in ["7", r#"{"query": 7}"#, r#"{"orgUnit": 7}"#, "null"] {
        assert_eq!(holds(&query(odd), &here), Holds::Unknown, "{odd}");
    }
}

#[test]
fn the_condition_outweighs_the_fields_beside_it() {
    let text = json!({"query": in_unit("u"), "orgUnit": "orgUnits/other"}).to_string();
    let contradicted = query(&text);
    assert_eq!(holds(&contradicted, &Person::of(&["u"])), Holds::Yes);
    assert_eq!(holds(&contradicted, &Person::of(&["other"])), Holds::No);
    assert!(contradicted.note().is_some_and(|note| note.contains("other")));
    let text = json!({"query": in_unit("u"), "orgUnit": "orgUnits/u", "group": 5}).to_string();
    assert_eq!((query(&text).note(), holds(&query(&text), &Person::of(&["u"]))), (None, Holds::Yes));
}

#[test]
fn what_queries_name_is_listed_by_type() {
    let policies = complete(vec![
        pop("a", &in_unit("u"), "1", true),
        pop("b", &format!("{} && !{}", in_group("g"), with_licence("S")), "2", true),
        policy("c", "gmail.imap_access", &in_group("h"), "3", &json!({})),
    ]);
    let group = GroupId::from_google;
    assert_eq!(policies.groups_named(None), BTreeSet::from([group("g"), group("h")]));
    assert_eq!(policies.groups_named(Some(&[setting(POP)])), BTreeSet::from([group("g")]));
    assert_eq!(policies.skus_named(Some(&[setting("gmail.imap_access")])), BTreeSet::new());
    assert_eq!(policies.skus_named(None), BTreeSet::from([Sku::new("P", "S")]));
    assert_eq!(policies.types().map(SettingType::as_str).collect::<Vec<_>>(), ["gmail.imap_access", POP]);
    let all = Person::of(&["u"]).with(|who| policies.all_effective(who, SettingCatalogue::builtin()));
    assert_eq!(values(&all[&setting(POP)]), texts(&["true"]));
    assert_eq!(all[&setting("gmail.imap_access")].worlds, Worlds::Known(vec![World::Absent]));
}
