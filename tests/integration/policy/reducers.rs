//! Each reducer, by the numbers of Google's documents and of live tenants.

use gwsaudit::policy::{Certainty, Effective, FieldState, Openness, PolicyIndex, World, Worlds};
use serde_json::{Value, json};

use super::*;

fn hr() -> Person {
    Person::of(&["hr", "root"])
}

fn sales() -> Person {
    Person::of(&["sales", "root"])
}

fn eu() -> Person {
    Person::of(&["eu", "sales", "root"])
}

fn on(unit: &str, name: &str, kind: &str, order: &str, value: Value) -> Policy {
    policy(name, kind, &in_unit(unit), order, &value)
}

#[test]
fn max_takes_the_greatest_sort_order_whatever_the_depth() {
    let kind = "security.session_controls";
    let policies = complete(vec![
        on("sales", "c", kind, "202", json!({"webSessionDuration": "72000s"})),
        on("root", "a", kind, "101", json!({"webSessionDuration": "1209600s"})),
        on("root", "b", kind, "201.00034", json!({"webSessionDuration": "43200s"})),
    ]);
    assert_eq!(hr().sure(&policies, kind, "webSessionDuration"), json!("43200s"));
    assert_eq!(sales().sure(&policies, kind, "webSessionDuration"), json!("72000s"));
    assert_eq!(eu().sure(&policies, kind, "webSessionDuration"), json!("72000s"));
    let field = &eu().fields(&policies, kind)["webSessionDuration"];
    let names = |indices: &[PolicyIndex]| -> Vec<String> {
        indices.iter().map(|index| policies.record(*index).name.clone()).collect()
    };
    assert_eq!(names(&field.set_by), ["policies/c"]);
    assert_eq!(names(&field.overridden), ["policies/b", "policies/a"]);
}

#[test]
fn max_with_a_winner_that_lacks_a_field_presumes_the_next() {
    let kind = "security.password";
    let policies = complete(vec![
        on("root", "a", kind, "201", json!({"minimumLength": 14, "allowReuse": false})),
        on("sales", "b", kind, "202", json!({"allowReuse": true})),
    ]);
    assert_eq!(sales().sure(&policies, kind, "allowReuse"), json!(true));
    let fields = sales().fields(&policies, kind);
    let presumed = FieldState::Set { value: json!(14), certainty: Certainty::Presumed };
    assert_eq!(fields["minimumLength"].state, presumed);
    assert_eq!(fields["expirationDuration"].state, FieldState::Unset { assumed: None });
    assert_eq!(hr().sure(&policies, kind, "minimumLength"), json!(14));
}

#[test]
fn merge_goes_on_to_the_next_policy_for_a_field() {
    let kind = "chat.chat_history";
    let policies = complete(vec![
        on("root", "a", kind, "101", json!({"historyOnByDefault": false, "allowUserModification": true})),
        on("root", "b", kind, "201.00048", json!({"historyOnByDefault": true})),
        on("sales", "c", kind, "202", json!({"allowUserModification": false})),
    ]);
    let both = |person: &Person| {
        let sure = |field| person.sure(&policies, kind, field);
        (sure("historyOnByDefault"), sure("allowUserModification"))
    };
    assert_eq!(both(&sales()), (json!(true), json!(false)));
    assert_eq!(both(&hr()), (json!(true), json!(true)));
}

/// The catalogue has no Merge type with a list, but one may come, and a type of an unknown reducer may be one.
#[test]
fn merge_joins_lists() {
    let policies = Policies::new(
        vec![
            on("root", "a", "new.lists", "201", json!({"items": ["x"], "mode": "A"})),
            on("sales", "b", "new.lists", "202", json!({"items": ["y"]})),
        ],
        Listing::Complete,
        0,
    );
    let catalogue = SettingCatalogue::parse(
        "settings:\n  new.lists:\n    console: C\n    reducer: merge\n    reducer_source: google-docs\n    fields:\n      \
         - {name: items, type: list, item: text}\n      - {name: mode, type: enum, enum: [A, B]}\n",
    )
    .expect("a catalogue");
    let effective = sales().with(|who| policies.effective(&setting("new.lists"), who, &catalogue));
    let Worlds::Known(worlds) = effective.worlds else { panic!("known") };
    let [World::Fields(fields)] = worlds.as_slice() else { panic!("one world") };
    let joined = FieldState::Set { value: json!(["y", "x"]), certainty: Certainty::Sure };
    assert_eq!(fields["items"].state, joined);
    assert_eq!(fields["items"].set_by.len(), 2);
    // Of an unknown reducer: Max would give ["y"].
    let unknown = sales().fields(&policies, "new.lists");
    assert!(matches!(&unknown["items"].state, FieldState::Unknown { why, .. }
        if why.contains(r#"["y"]"#) && why.contains(r#"["y","x"]"#)));
    // Both give A, but Max only by a lower policy.
    let a = FieldState::Set { value: json!("A"), certainty: Certainty::Presumed };
    assert_eq!(unknown["mode"].state, a);
    assert_eq!(hr().sure(&policies, "new.lists", "items"), json!(["x"]));
}

#[test]
fn max_map_keeps_entries_of_other_keys() {
    let kind = "gmail.rule_states";
    let state = |id: &str, enabled: bool| json!({"ruleId": id, "enabled": enabled});
    let policies = complete(vec![
        on("root", "a", kind, "201.00086", json!({"ruleStates": [state("A", true), state("B", true)]})),
        on("root", "b", kind, "201.00088", json!({"ruleStates": [state("C", true)]})),
        on("sales", "c", kind, "202", json!({"ruleStates": [state("A", false)]})),
    ]);
    let wanted = |a| json!([state("A", a), state("B", true), state("C", true)]);
    assert_eq!(sales().sure(&policies, kind, "ruleStates"), wanted(false));
    assert_eq!(hr().sure(&policies, kind, "ruleStates"), wanted(true));
}

#[test]
fn google_services_lists_what_is_restricted() {
    let kind = "api_controls.google_services";
    let drive = json!({"services": [{"scopesGroup": "DRIVE_ALL", "isEnabled": false}]});
    let base = || on("root", "a", kind, "101", json!({}));
    let policies = complete(vec![base(), on("root", "b", kind, "201", drive.clone())]);
    assert_eq!(hr().sure(&policies, kind, "services"), drive["services"]);
    // Nobody restricts anything: presumably, as Google does not document the default.
    let nothing = FieldState::Set { value: json!([]), certainty: Certainty::Presumed };
    assert_eq!(hr().fields(&complete(vec![base()]), kind)["services"].state, nothing);
    let other = complete(vec![on("root", "a", "gmail.pop_access", "101", json!({"enablePopAccess": true}))]);
    assert_eq!(hr().fields(&other, kind)["services"].state, nothing);
}

#[test]
fn an_entry_that_lacks_a_field_of_a_lower_one_is_presumed_without_it() {
    let kind = "gmail.rule_states";
    let policies = complete(vec![
        on("root", "a", kind, "201", json!({"ruleStates": [{"ruleId": "A", "enabled": true}]})),
        on("sales", "b", kind, "202", json!({"ruleStates": [{"ruleId": "A"}]})),
    ]);
    let state = &sales().fields(&policies, kind)["ruleStates"].state;
    assert_eq!(*state, FieldState::Set { value: json!([{"ruleId": "A"}]), certainty: Certainty::Presumed });
    // Where an entry without it has a meaning, nothing is lacking.
    let kind = "gmail.spam_override_lists";
    let policies = complete(vec![
        on("root", "a", kind, "201", json!({"spamOverride": [{"ruleId": "A", "bypassInternalSenders": true}]})),
        on("sales", "b", kind, "202", json!({"spamOverride": [{"ruleId": "A"}]})),
    ]);
    let list = sales().sure(&policies, kind, "spamOverride");
    assert_eq!(list[0]["bypassInternalSenders"], json!(false));
}

#[test]
fn merge_map_fills_entries_field_by_field() {
    let text = |reducer: &str| {
        format!(
            "settings:\n  new.map:\n    console: C\n    reducer: {reducer}\n    reducer_source: google-docs\n    \
             reducer_key: k\n    fields:\n      - name: list\n        type: list\n        item: object\n        \
             item_fields: [{{name: k, type: int}}, {{name: a, type: text}}, {{name: b, type: text}}]\n"
        )
    };
    let policies = complete(vec![
        on("root", "a", "new.map", "201", json!({"list": [{"k": 1, "a": "x", "b": "y"}]})),
        on("sales", "b", "new.map", "202", json!({"list": [{"k": 1, "a": "z"}]})),
    ]);
    for (reducer, wanted, certainty) in [
        ("merge_map", json!([{"k": 1, "a": "z", "b": "y"}]), Certainty::Sure),
        ("max_map", json!([{"k": 1, "a": "z"}]), Certainty::Presumed),
    ] {
        let catalogue = SettingCatalogue::parse(&text(reducer)).expect("a catalogue");
        let effective = sales().with(|who| policies.effective(&setting("new.map"), who, &catalogue));
        let Worlds::Known(worlds) = effective.worlds else { panic!("known") };
        let [World::Fields(fields)] = worlds.as_slice() else { panic!("one world") };
        assert_eq!(fields["list"].state, FieldState::Set { value: wanted, certainty }, "{reducer}");
    }
}

#[test]
fn rules_all_stay() {
    let kind = "rule.dlp";
    let policies = complete(vec![
        on("root", "a", kind, "1", json!({"displayName": "one", "state": "ACTIVE"})),
        on("sales", "b", kind, "1", json!({"displayName": "two", "state": "PAUSED"})),
    ]);
    let rules = |effective: Effective| match effective.worlds {
        Worlds::Known(worlds) => match worlds.as_slice() {
            [World::Rules(rules)] => rules.clone(),
            other => panic!("{other:?}"),
        },
        open @ Worlds::Open { .. } => panic!("{open:?}"),
    };
    assert_eq!(rules(hr().effective(&policies, kind)).len(), 1);
    let both = rules(sales().effective(&policies, kind));
    assert_eq!(both.len(), 2);
    assert!(matches!(&both[1].fields["state"].state, FieldState::Unknown { raw: Some(raw), .. } if *raw == "PAUSED"));
    assert!(matches!(both[1].fields["displayName"].state, FieldState::Set { certainty: Certainty::Sure, .. }));
    assert_eq!(rules(Person::of(&["other"]).effective(&policies, kind)), []);
}

#[test]
fn ties_are_told_unless_they_say_the_same() {
    let kind = "chat.chat_history";
    let value = |on: bool| json!({"historyOnByDefault": on, "allowUserModification": true});
    let policies = complete(vec![
        policy("a", kind, &in_unit("root"), "202", &value(true)),
        policy("b", kind, &in_group("g"), "202.0", &value(false)),
    ]);
    let fields = hr().group("g", Holds::Yes).fields(&policies, kind);
    assert!(matches!(&fields["historyOnByDefault"].state, FieldState::Unknown { why, .. }
        if why.contains("policies/a") && why.contains("policies/b")));
    let same = FieldState::Set { value: json!(true), certainty: Certainty::Sure };
    assert_eq!(fields["allowUserModification"].state, same);
    assert_eq!(fields["allowUserModification"].set_by.len(), 2);
    assert_eq!(hr().sure(&policies, kind, "historyOnByDefault"), json!(true));
}

#[test]
fn decimals_far_behind_the_point_decide() {
    let kind = "gmail.pop_access";
    for (winner, loser) in [
        ("201.00109", "201.00034"),
        ("201.00000000000000000002", "201.00000000000000000001"),
        ("202", "201.99999999999999999999"),
        ("\"203\"", "2.02e2"),
    ] {
        let policies = complete(vec![
            on("root", "a", kind, winner, json!({"enablePopAccess": true})),
            on("root", "b", kind, loser, json!({"enablePopAccess": false})),
        ]);
        assert_eq!(hr().sure(&policies, kind, "enablePopAccess"), json!(true), "{winner} {loser}");
    }
}

#[test]
fn an_unreadable_sort_order_matters_where_policies_compete() {
    let kind = "gmail.pop_access";
    let policies = complete(vec![
        on("root", "a", kind, "201", json!({"enablePopAccess": true})),
        on("sales", "b", kind, "{}", json!({"enablePopAccess": false})),
        on("lab", "c", kind, "null", json!({"enablePopAccess": false})),
    ]);
    assert_eq!(hr().sure(&policies, kind, "enablePopAccess"), json!(true));
    assert_eq!(Person::of(&["lab"]).sure(&policies, kind, "enablePopAccess"), json!(false));
    assert!(matches!(&sales().fields(&policies, kind)["enablePopAccess"].state, FieldState::Unknown { why, .. }
        if why.contains("cannot be read")));
}

#[test]
fn values_that_nobody_knows_or_that_are_of_another_type_are_unknown() {
    for (kind, field, odd) in [
        ("security.session_controls", "webSessionDuration", json!("0s")),
        ("security.session_controls", "webSessionDuration", json!(43200)),
        ("api_controls.unconfigured_third_party_apps", "accessLevel", json!("UNSPECIFIED_UBER_BLOCK")),
        ("api_controls.unconfigured_third_party_apps", "accessLevel", json!("BLOCK_ON_TUESDAYS")),
        ("gmail.pop_access", "enablePopAccess", json!("false")),
        ("security.password", "minimumLength", json!("eight")),
    ] {
        let policies = complete(vec![on("root", "a", kind, "201", json!({field: odd}))]);
        let state = &hr().fields(&policies, kind)[field].state;
        assert!(matches!(state, FieldState::Unknown { raw: Some(raw), .. } if *raw == odd), "{kind} {odd}: {state:?}");
    }
    let policies = complete(vec![on("root", "a", "security.password", "201", json!({"minimumLength": "14"}))]);
    assert_eq!(hr().sure(&policies, "security.password", "minimumLength"), json!(14));
}

#[test]
fn absent_default_and_unset_are_told_apart() {
    let kind = "drive_and_docs.external_sharing";
    let one = on("sales", "a", kind, "202", json!({"externalSharingMode": "DISALLOWED"}));
    let policies = complete(vec![one.clone()]);
    assert_eq!(hr().effective(&policies, kind).worlds, Worlds::Known(vec![World::Absent]));
    let fields = sales().fields(&policies, kind);
    assert_eq!(fields["warnForExternalSharing"].state, FieldState::Default { value: json!(true) });
    let kind = "security.two_step_verification_grace_period";
    let policies = complete(vec![on("root", "a", kind, "201", json!({"enrollmentGracePeriod": null}))]);
    let state = &hr().fields(&policies, kind)["enrollmentGracePeriod"].state;
    assert_eq!(*state, FieldState::Unset { assumed: Some(json!("0s")) });

    for (listing, unreadable, told) in
        [(Listing::Incomplete, 0, Listing::Incomplete), (Listing::Complete, 2, Listing::Unreadable(2))]
    {
        let policies = Policies::new(vec![one.clone()], listing, unreadable);
        let Worlds::Open { otherwise, why } = sales().effective(&policies, "drive_and_docs.external_sharing").worlds
        else {
            panic!("open")
        };
        assert_eq!(why, Openness::Listing(told));
        assert!(matches!(otherwise, World::Fields(_)));
    }
    let empty = complete(Vec::new());
    let Worlds::Open { why, .. } = hr().effective(&empty, "rule.dlp").worlds else { panic!("open") };
    assert_eq!(why, Openness::Listing(Listing::Empty));
}
