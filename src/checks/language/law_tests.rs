//! Laws of evaluation over generated expressions and inputs.

use cel::{Context, Program, Value};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde::Serialize;

use super::expression::Expression;
use super::fake::{FakeScope, boolean, int, list, schema, text};
use super::parse::on_a_large_stack;
use super::schema::SubjectKind;
use super::value::{Datum, Val};
use crate::facts::{Strength, Truth};

/// Inputs that are known.
#[derive(Debug, Clone, Serialize)]
struct Inputs {
    a: i64,
    b: i64,
    p: bool,
    q: bool,
    s: String,
    u: String,
    l: Vec<i64>,
}

/// What is taken away from an input.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Loss {
    Nothing,
    Proof,
    Value,
    /// Of a list: the items from this one on, so that the list is open.
    Rest(usize),
    /// Of a list: what the item is.
    Item(usize),
}

fn inputs() -> impl Strategy<Value = Inputs> {
    let word = "[xyz]{0,2}";
    (-2_i64..4, -2_i64..4, any::<bool>(), any::<bool>(), word, word, vec(-1_i64..3, 0..4))
        .prop_map(|(a, b, p, q, s, u, l)| Inputs { a, b, p, q, s, u, l })
}

fn losses(proof_alone: bool) -> impl Strategy<Value = Vec<Loss>> {
    let loss = if proof_alone {
        prop_oneof![Just(Loss::Nothing), Just(Loss::Proof)].boxed()
    } else {
        let of_list = prop_oneof![(0_usize..4).prop_map(Loss::Rest), (0_usize..4).prop_map(Loss::Item)];
        prop_oneof![3 => Just(Loss::Nothing), 1 => Just(Loss::Proof), 2 => Just(Loss::Value), 3 => of_list].boxed()
    };
    vec(loss, 7)
}

fn scope(inputs: &Inputs, losses: &[Loss]) -> FakeScope {
    let values = [
        ("t.v.a", int(inputs.a)),
        ("t.v.b", int(inputs.b)),
        ("t.v.p", boolean(inputs.p)),
        ("t.v.q", boolean(inputs.q)),
        ("t.v.s", text(&inputs.s)),
        ("t.v.u", text(&inputs.u)),
        ("t.v.l", list(inputs.l.iter().copied().map(int), false)),
    ];
    values.into_iter().zip(losses).fold(FakeScope::default(), |scope, ((name, value), loss)| {
        let items = inputs.l.iter().copied().map(int);
        let value = match loss {
            Loss::Nothing => value,
            Loss::Proof => value.at_most(Some(Strength::Presumed)),
            Loss::Value => Val::Unknown,
            Loss::Rest(from) if name == "t.v.l" => list(items.take(*from), true),
            Loss::Item(at) if name == "t.v.l" => {
                list(items.enumerate().map(|(i, item)| if i == *at { Val::Unknown } else { item }), false)
            }
            Loss::Rest(_) | Loss::Item(_) => value,
        };
        scope.with(name, value)
    })
}

/// Expressions of three types that grow out of one another.
fn conditions() -> impl Strategy<Value = String> {
    let ints = prop_oneof![
        Just("settings.t.v.a".to_owned()),
        Just("settings.t.v.b".to_owned()),
        Just("settings.t.v.l.size()".to_owned()),
        Just("settings.t.v.s.size()".to_owned()),
        Just("settings.t.v.l[1]".to_owned()),
        (0_i64..4).prop_map(|n| n.to_string()),
    ];
    let ints = ints.prop_recursive(2, 4, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} + {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} - {b})")),
            inner.prop_map(|a| format!("settings.t.v.l.filter(x, x < {a}).size()")),
        ]
    });
    let lists = prop_oneof![
        Just("settings.t.v.l".to_owned()),
        vec(ints.clone(), 0..3).prop_map(|items| format!("[{}]", items.join(", "))),
        ints.clone().prop_map(|a| format!("settings.t.v.l.filter(x, x != {a})")),
        ints.clone().prop_map(|a| format!("settings.t.v.l.map(x, x + {a})")),
        ints.clone().prop_map(|a| format!("settings.t.v.l.map(x, x > {a}, x - 1)")),
    ];
    let texts = prop_oneof![
        Just("settings.t.v.s".to_owned()),
        Just("settings.t.v.u".to_owned()),
        Just("(settings.t.v.s + settings.t.v.u)".to_owned()),
        "[xyz]{0,2}".prop_map(|word| format!("\"{word}\"")),
    ];
    let sign = || prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]);
    let leaves = prop_oneof![
        Just("settings.t.v.p".to_owned()),
        Just("settings.t.v.q".to_owned()),
        (ints.clone(), sign(), ints.clone()).prop_map(|(a, sign, b)| format!("({a} {sign} {b})")),
        (texts.clone(), sign(), texts.clone()).prop_map(|(a, sign, b)| format!("({a} {sign} {b})")),
        (texts.clone(), prop::sample::select(vec!["startsWith", "endsWith", "contains", "matches"]), texts)
            .prop_map(|(a, name, b)| format!("{a}.{name}({b})")),
        (ints.clone(), lists.clone()).prop_map(|(a, list)| format!("({a} in {list})")),
        (lists.clone(), lists.clone()).prop_map(|(a, b)| format!("({a} == {b})")),
        (lists, prop::sample::select(vec!["exists", "all", "exists_one"]), ints, sign())
            .prop_map(|(list, name, a, sign)| format!("{list}.{name}(x, x {sign} {a})")),
    ];
    leaves.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|a| format!("!{a}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} && {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} || {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} == {b})")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("settings.t.v.l.exists(y, y == 1 ? {a} : {b})")),
            inner.prop_map(|a| format!("settings.t.v.l.all(y, y < 2 || {a})")),
        ]
    })
}

/// Holds a law against generated cases; parsing wants the large stack.
fn law<S: Strategy>(
    cases: u32,
    strategy: impl FnOnce() -> S + Send,
    test: impl Fn(S::Value) -> Result<(), TestCaseError> + Send,
) {
    on_a_large_stack(|| {
        let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
        if let Err(failure) = runner.run(&strategy(), test) {
            panic!("{failure}");
        }
    });
}

fn compiled(condition: &str) -> Result<Expression, TestCaseError> {
    Expression::compile(condition, Some(&super::types::Type::Bool), schema(SubjectKind::OrgUnit))
        .map_err(|faults| TestCaseError::fail(format!("{condition}: {faults:?}")))
}

const NOTHING: [Loss; 7] = [Loss::Nothing; 7];

#[test]
fn knowing_less_never_turns_an_answer_into_its_opposite() {
    law(
        600,
        || (conditions(), inputs(), losses(false)),
        |(condition, inputs, losses)| {
            let expression = compiled(&condition)?;
            let whole = expression.truth(&scope(&inputs, &NOTHING));
            let less = expression.truth(&scope(&inputs, &losses));
            // What is an error on all inputs may be nobody's error on fewer, where a part of the condition falls away.
            let agrees = less == Truth::Unknown || whole == Truth::Unknown || less.is_true() == whole.is_true();
            prop_assert!(agrees, "{condition}: {whole:?} becomes {less:?}");
            prop_assert!(whole != Truth::Unknown || less == Truth::Unknown, "{condition}: {less:?} out of nothing");
            Ok(())
        },
    );
}

#[test]
fn knowing_things_less_well_weakens_an_answer_and_no_more() {
    law(
        400,
        || (conditions(), inputs(), losses(true)),
        |(condition, inputs, losses)| {
            let expression = compiled(&condition)?;
            let whole = expression.truth(&scope(&inputs, &NOTHING));
            let weaker = expression.truth(&scope(&inputs, &losses));
            prop_assert_eq!(whole.is_true(), weaker.is_true(), "{}", condition);
            prop_assert_eq!(whole.is_false(), weaker.is_false(), "{}", condition);
            let all = expression.truth(&scope(&inputs, &[Loss::Proof; 7]));
            let strongest = [Truth::FalsePresumed, Truth::Unknown, Truth::TruePresumed];
            let names_inputs = !expression.settings().is_empty();
            // An answer that hangs on no input stays proven, such as that of `true || settings.…`.
            prop_assert!(strongest.contains(&all) || all == whole, "{condition}");
            prop_assert!(names_inputs || all == whole, "{condition}");
            Ok(())
        },
    );
}

#[test]
fn what_is_known_in_full_is_evaluated_as_cel_does() {
    law(
        800,
        || (conditions(), inputs()),
        |(condition, inputs)| {
            let ours = compiled(&condition)?.evaluate(&scope(&inputs, &NOTHING));
            let program = Program::compile(&condition).map_err(|error| TestCaseError::fail(error.to_string()))?;
            let mut context = Context::default();
            let settings = [("t", [("v", &inputs)].into_iter().collect::<std::collections::BTreeMap<_, _>>())];
            let settings: std::collections::BTreeMap<_, _> = settings.into_iter().collect();
            context.add_variable("settings", settings).map_err(|error| TestCaseError::fail(error.to_string()))?;
            // Where CEL fails, we know nothing or can do without what failed.
            if let Ok(theirs) = program.execute(&context) {
                prop_assert_eq!(theirs, Value::Bool(ours == Val::proven(Datum::Bool(true))), "{}", condition);
                prop_assert!(ours != Val::Unknown, "{condition} is known to CEL");
            }
            Ok(())
        },
    );
}

/// The parser is generated and large; that it never panics is not promised anywhere.
#[test]
fn any_text_is_an_expression_or_has_faults() {
    let token = prop::sample::select(vec![
        "settings",
        ".t.v.a",
        ".rule.dlp",
        "tenant",
        ".exists(",
        ".map(",
        "has(",
        "x",
        ",",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "?",
        ":",
        "&&",
        "||",
        "!",
        "-",
        "+",
        "==",
        "in",
        "<",
        ".",
        "1",
        "1u",
        "1.5",
        "0x",
        "'",
        "\"",
        "\"a\"",
        "b'x'",
        "r\"",
        "\\",
        "`",
        "é",
        "//",
        " ",
        "\n",
        "null",
        "true",
        "@result",
        "type",
        "__",
        "\"\"\"",
        "int(",
        "cel.bind(",
        "size(",
    ]);
    law(
        1_500,
        || vec(token, 0..14),
        |tokens| {
            let text = tokens.concat();
            if let Err(faults) = Expression::compile(&text, None, schema(SubjectKind::OrgUnit)) {
                prop_assert!(!faults.is_empty());
                for fault in faults {
                    prop_assert!(text.get(fault.range.clone()).is_some(), "{text:?} {fault:?}");
                }
            }
            Ok(())
        },
    );
}
