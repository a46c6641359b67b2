//! The product against the reference, for policies and people at random.

use std::sync::LazyLock;

use gwsaudit::policy::{FieldValue, PolicyIndex, World};
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, RngSeed};
use serde_json::json;

use super::reference::{Ast, Expected, FIELDS, Outcome, Rule, State, Target, Way, applies, as_text, expected};
use super::*;

const WAYS: [(&str, Way, bool); 8] = [
    ("test.max", Way::Max, false),
    ("test.merge", Way::Merge, false),
    ("test.max_map", Way::MaxMap, false),
    ("test.merge_map", Way::MergeMap, false),
    ("test.list", Way::List, false),
    ("test.unknown", Way::Unknown, false),
    // ScubaGoggles' fallback, as good as unknown.
    ("test.weak", Way::Unknown, false),
    ("test.empty", Way::MaxMap, true),
];

static CATALOGUE: LazyLock<SettingCatalogue> = LazyLock::new(|| {
    let mut text = "settings:\n".to_owned();
    for (name, rest) in [
        ("max", "max\n    reducer_source: google-docs"),
        ("merge", "merge\n    reducer_source: google-docs"),
        ("max_map", "max_map\n    reducer_source: google-docs\n    reducer_key: k"),
        ("merge_map", "merge_map\n    reducer_source: google-docs\n    reducer_key: k"),
        ("list", "list\n    reducer_source: google-docs"),
        ("unknown", "unknown\n    reducer_source: unknown"),
        ("weak", "max\n    reducer_source: scubagoggles-default"),
        ("empty", "max_map\n    reducer_source: google-docs\n    reducer_key: k\n    absent: empty"),
    ] {
        text += &format!(
            "  test.{name}:\n    console: C\n    reducer: {rest}\n    fields:\n      - {{name: flag, type: bool, default: \
             {{value: true, source: google-docs-via-scubagoggles}}}}\n      - {{name: mode, type: enum, enum: [A, B]}}\n      \
             - {{name: list, type: list, item: text}}\n      - name: map\n        type: list\n        item: object\n        \
             item_fields: [{{name: k, type: int}}, {{name: a, type: text}}, {{name: b, type: text}}]\n"
        );
    }
    SettingCatalogue::parse(&text).expect("a catalogue")
});

/// Org unit 0 is the root; of each other, which is above.
const ABOVE: [usize; 6] = [0, 0, 0, 1, 1, 3];

fn target() -> impl Strategy<Value = Target> {
    let holds = prop_oneof![3 => Just(Holds::Yes), 3 => Just(Holds::No), 2 => Just(Holds::Unknown)];
    let held = prop::collection::vec(holds, 3);
    (0..ABOVE.len(), held.clone(), held).prop_map(|(unit, groups, licences)| {
        let mut units = vec![unit];
        while *units.last().expect("one") != 0 {
            units.push(ABOVE[*units.last().expect("one")]);
        }
        Target { units, groups, licences }
    })
}

fn ast() -> impl Strategy<Value = Ast> {
    let ids = |most: usize| prop::collection::vec(0..most, 1..3);
    let unit = || (0..ABOVE.len()).prop_map(|id| Ast::Unit(vec![id]));
    let leaf = prop_oneof![
        3 => unit(),
        2 => ids(ABOVE.len()).prop_map(Ast::Unit),
        4 => ids(3).prop_map(Ast::Group),
        2 => ids(3).prop_map(Ast::Licence),
        1 => Just(Ast::Strange),
    ];
    let nested = leaf.prop_recursive(3, 12, 3, |inner| {
        let several = || prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            inner.clone().prop_map(|it| Ast::Not(Box::new(it))),
            several().prop_map(Ast::And),
            several().prop_map(Ast::Or),
        ]
    });
    // Most of what applies to nobody teaches nothing.
    prop_oneof![2 => Just(Ast::Unit(vec![0])), 1 => unit(), 3 => nested]
}

fn value() -> impl Strategy<Value = Value> {
    let flag = prop_oneof![4 => any::<bool>().prop_map(Value::from), 1 => Just(json!("yes")), 1 => Just(json!(null))];
    let mode = prop_oneof![3 => Just(json!("A")), 3 => Just(json!("B")), 1 => Just(json!("C"))];
    let list = prop_oneof![
        6 => prop::collection::vec("[xyz]", 0..3).prop_map(Value::from),
        1 => Just(json!("x")),
    ];
    let text = || prop::option::of("[xy]");
    let entry = (0..3_i64, text(), text()).prop_map(|(k, a, b)| {
        let mut entry = json!({"k": k});
        for (name, text) in [("a", a), ("b", b)] {
            if let Some(text) = text {
                entry[name] = text.into();
            }
        }
        entry
    });
    let map = prop_oneof![
        8 => prop::collection::btree_map(0..3, entry, 1..4).prop_map(|entries| {
            let mut seen = BTreeSet::new();
            entries.into_values().filter(|entry| seen.insert(entry["k"].to_string())).collect::<Value>()
        }),
        1 => Just(json!([{"a": "x"}])),
    ];
    let fields =
        (prop::option::of(flag), prop::option::of(mode), prop::option::of(list), prop::option::weighted(0.8, map));
    let object = fields.prop_map(|(flag, mode, list, map)| {
        let all = [("flag", flag), ("mode", mode), ("list", list), ("map", map)];
        all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect::<Value>()
    });
    prop_oneof![30 => object, 1 => Just(json!("odd"))]
}

/// The twentieth decimal counts, and so does the first digit.
fn order() -> impl Strategy<Value = i128> {
    const ONE: i128 = 100_000_000_000_000_000_000;
    let base = prop_oneof![Just(101 * ONE), Just(201 * ONE), Just(202 * ONE), Just(399 * ONE)];
    let behind =
        prop_oneof![3 => Just(0), 1 => Just(1), 1 => Just(2), 1 => Just(ONE / 100_000 * 34), 1 => Just(ONE / 1000)];
    (base, behind).prop_map(|(base, behind)| base + behind)
}

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    let rule =
        (ast(), order(), value()).prop_map(|(ast, order, value)| Rule { name: String::new(), ast, order, value });
    prop::collection::vec(rule, 0..7).prop_map(|mut rules| {
        for (nth, rule) in rules.iter_mut().enumerate() {
            rule.name = format!("policies/p{nth}");
        }
        rules
    })
}

/// Where a thing can be written in several ways, the next choice.
struct Taste<'a>(std::iter::Cycle<std::slice::Iter<'a, u8>>);

impl Taste<'_> {
    fn of(&mut self, ways: usize) -> usize {
        usize::from(*self.0.next().expect("it never ends")) % ways
    }

    fn pick<'b>(&mut self, ways: &[&'b str]) -> &'b str {
        ways[self.of(ways.len())]
    }
}

fn written(ast: &Ast, taste: &mut Taste<'_>) -> String {
    let space = taste.pick(&["", " ", "  ", "\n"]);
    match ast {
        Ast::Unit(ids) => exists(
            "org_units",
            ".org_unit_id",
            "orgUnitId",
            &ids.iter().map(|id| format!("u{id}")).collect::<Vec<_>>(),
            taste,
        ),
        Ast::Group(ids) => {
            exists("groups", ".group_id", "groupId", &ids.iter().map(|id| format!("g{id}")).collect::<Vec<_>>(), taste)
        }
        Ast::Licence(ids) => {
            let ids: Vec<String> = ids.iter().map(|id| format!("/product/P/sku/{id}")).collect();
            exists("licenses", "", "", &ids, taste)
        }
        Ast::Not(inner) => format!("!{space}({})", written(inner, taste)),
        Ast::And(parts) => {
            let part = |part: &Ast, taste: &mut Taste<'_>| match part {
                Ast::Or(_) => format!("({})", written(part, taste)),
                Ast::Unit(_) | Ast::Group(_) | Ast::Licence(_) | Ast::Not(_) | Ast::And(_) | Ast::Strange => {
                    written(part, taste)
                }
            };
            let parts: Vec<String> = parts.iter().map(|it| part(it, taste)).collect();
            parts.join(&format!(" &&{space} "))
        }
        Ast::Or(parts) => {
            let parts: Vec<String> = parts.iter().map(|it| written(it, taste)).collect();
            let text = parts.join(&format!("{space}||{space}"));
            if taste.of(4) == 0 { format!("({text})") } else { text }
        }
        Ast::Strange => "memberOf('x')".to_owned(),
    }
}

fn exists(list: &str, field: &str, function: &str, ids: &[String], taste: &mut Taste<'_>) -> String {
    let variable = taste.pick(&["it", "x", "group", "org_unit"]);
    let id = |id: &String, taste: &mut Taste<'_>| {
        let quote = taste.pick(&["'", "\""]);
        let escape = if taste.of(12) == 0 { id.replacen('0', "\\x30", 1) } else { id.clone() };
        if function.is_empty() {
            format!("{quote}{escape}{quote}")
        } else {
            format!("{function}({quote}{escape}{quote})")
        }
    };
    let ids: Vec<String> = ids.iter().map(|it| id(it, taste)).collect();
    let condition = match taste.of(if ids.len() == 1 { 9 } else { 6 }) {
        0..3 => format!("{variable}{field} in [{}]", ids.join(", ")),
        3 | 4 | 6.. => {
            let equal: Vec<String> = ids.iter().map(|id| format!("{variable}{field} == {id}")).collect();
            equal.join(" || ")
        }
        _ => {
            let equal: Vec<String> = ids.iter().map(|id| format!("{id} == {variable}{field}")).collect();
            equal.join("||")
        }
    };
    format!("entity.{list}.exists({variable}, {condition})")
}

fn order_written(order: i128, taste: &mut Taste<'_>) -> String {
    let digits = order.to_string();
    let (whole, fraction) = digits.split_at(digits.len() - 20);
    match taste.of(4) {
        0 => format!("{whole}.{fraction}"),
        1 => format!("{digits}e-20"),
        2 => format!("\"{whole}.{fraction}\""),
        _ if fraction.bytes().all(|digit| digit == b'0') => whole.to_owned(),
        _ => format!("{whole}.{}", fraction.trim_end_matches('0')),
    }
}

fn listed(kind: &str, rules: &[Rule], taste: &[u8]) -> Policies {
    let mut taste = Taste(taste.iter().cycle());
    let policies = rules.iter().map(|rule| {
        let query = written(&rule.ast, &mut taste);
        let order = order_written(rule.order, &mut taste);
        policy(rule.name.trim_start_matches("policies/"), kind, &query, &order, &rule.value)
    });
    // Something else is listed too, so that the listing is never empty.
    let other = policy("other", "other.type", "", "101", &json!({}));
    complete(policies.chain([other]).collect())
}

fn person(target: &Target) -> Person {
    let units: Vec<String> = target.units.iter().map(|id| format!("u{id}")).collect();
    let mut person = Person::of(&units.iter().map(String::as_str).collect::<Vec<_>>());
    for (nth, holds) in target.groups.iter().enumerate() {
        person = person.group(&format!("g{nth}"), *holds);
    }
    for (nth, holds) in target.licences.iter().enumerate() {
        person = person.licence(&nth.to_string(), *holds);
    }
    person
}

/// The product's answer in the reference's words.
fn found(policies: &Policies, kind: &str, target: &Target) -> Expected {
    let fields = |fields: &ByName<FieldValue>| {
        let state = |name: &str, field: &FieldValue| match &field.state {
            FieldState::Set { value, certainty: Certainty::Sure } => State::Sure(as_text(name, value)),
            FieldState::Set { value, certainty: Certainty::Presumed } => State::Presumed(as_text(name, value)),
            FieldState::Default { value } => State::Default(value.to_string()),
            FieldState::Unset { .. } => State::Unset,
            FieldState::Unknown { .. } => State::Unknown,
        };
        fields.iter().map(|(name, field)| (name.to_owned(), state(name, field))).collect()
    };
    let person = person(target);
    let effective = person.with(|who| policies.effective(&setting(kind), who, &CATALOGUE));
    let one_by_one = person.with_unlisted_groups(|who| policies.effective(&setting(kind), who, &CATALOGUE));
    assert_eq!(effective, one_by_one);
    match effective.worlds {
        Worlds::Open { .. } => Expected::Open,
        Worlds::Known(worlds) => {
            let outcome = |world: &World| match world {
                World::Absent => Outcome::Absent,
                World::Fields(all) => Outcome::Fields(fields(all)),
                World::Rules(rules) => {
                    let name = |index: PolicyIndex| policies.record(index).name.clone();
                    Outcome::Rules(rules.iter().map(|rule| (name(rule.policy), fields(&rule.fields))).collect())
                }
            };
            let outcomes: BTreeSet<Outcome> = worlds.iter().map(outcome).collect();
            assert_eq!(outcomes.len(), worlds.len(), "no two worlds say the same");
            Expected::Worlds(outcomes)
        }
    }
}

/// Everybody the target may turn out to be.
fn completions(target: &Target) -> Vec<Target> {
    let groups = target.groups.len();
    let mut all = vec![target.clone()];
    for nth in 0..groups + target.licences.len() {
        let held = if nth < groups { target.groups[nth] } else { target.licences[nth - groups] };
        let settled = |target: &Target, holds: Holds| {
            let mut target = target.clone();
            *if nth < groups { &mut target.groups[nth] } else { &mut target.licences[nth - groups] } = holds;
            target
        };
        if held == Holds::Unknown {
            all = all.iter().flat_map(|it| [settled(it, Holds::Yes), settled(it, Holds::No)]).collect();
        }
    }
    all
}

fn config() -> ProptestConfig {
    let regressions = "tests/integration/policy/properties.regressions";
    ProptestConfig {
        cases: 256,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(regressions))),
        // The same policies on every run; another number explores others.
        rng_seed: RngSeed::Fixed(20_261_126),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_product_and_the_reference_agree(rules in rules(), target in target(), taste in prop::collection::vec(any::<u8>(), 1..40), way in 0..WAYS.len()) {
        let (kind, way, absent_is_empty) = WAYS[way];
        let policies = listed(kind, &rules, &taste);
        let applicable = person(&target).with(|who| policies.applicable(&setting(kind), who));
        let names = |indices: Vec<PolicyIndex>| -> Vec<String> {
            indices.into_iter().map(|index| policies.record(index).name.clone()).collect()
        };
        let wanted = |holds: Holds| -> Vec<String> {
            rules.iter().filter(|rule| applies(&rule.ast, &target) == holds).map(|rule| rule.name.clone()).collect()
        };
        prop_assert_eq!(names(applicable.certain.clone()), wanted(Holds::Yes));
        prop_assert_eq!(names(applicable.doubtful.iter().map(|doubt| doubt.policy).collect()), wanted(Holds::Unknown));
        prop_assert!(applicable.doubtful.iter().all(|doubt| !doubt.why.is_empty()));
        prop_assert_eq!(found(&policies, kind, &target), expected(way, &rules, &target, absent_is_empty));
    }

    #[test]
    fn what_is_true_is_never_missing(rules in rules(), target in target(), way in 0..WAYS.len()) {
        let (kind, way, absent_is_empty) = WAYS[way];
        if let Expected::Worlds(possible) = found(&listed(kind, &rules, &[0]), kind, &target) {
            for completion in completions(&target) {
                // A condition that is not understood stays open, whoever it is.
                if let Expected::Worlds(true_ones) = expected(way, &rules, &completion, absent_is_empty) {
                    prop_assert!(true_ones.is_subset(&possible), "{true_ones:?} of {completion:?} not in {possible:?}");
                }
            }
        }
    }

    #[test]
    fn the_order_of_the_listing_does_not_matter(rules in rules(), target in target(), way in 0..WAYS.len()) {
        let (kind, ..) = WAYS[way];
        let reversed: Vec<Rule> = rules.iter().rev().cloned().collect();
        prop_assert_eq!(found(&listed(kind, &rules, &[0]), kind, &target), found(&listed(kind, &reversed, &[0]), kind, &target));
    }
}

#[test]
fn the_reference_knows_all_fields() {
    let names: Vec<&str> =
        CATALOGUE.get(&setting("test.max")).expect("it is there").fields.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(BTreeSet::from_iter(names), BTreeSet::from(FIELDS));
}
