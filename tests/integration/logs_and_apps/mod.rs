//! What the logs tell of application settings, and how far every app reaches.

mod exposure;
mod laws;
mod pack;
mod settings;

use gwsaudit::facts::{Fact, Facts, Seen, Standing, Strength, UnitIndex};

/// The org unit at that path.
fn unit(facts: &Facts, path: &str) -> UnitIndex {
    facts.tree.find(&path.parse().expect("a path")).unwrap_or_else(|| panic!("{path} is there"))
}

fn strength(strength: Strength) -> &'static str {
    match strength {
        Strength::Proven => "proven",
        Strength::Presumed => "presumed",
    }
}

/// `false proven`, `false presumed from /`, `0..=3 proven`, `unknown`
fn told<T: std::fmt::Display + Ord>(fact: &Fact<T>) -> String {
    let value = match &fact.standing {
        Standing::Known(value, how) => format!("{value} {}", strength(*how)),
        Standing::OneOf(values, how) => {
            let (first, last) = (values.first().expect("several"), values.last().expect("several"));
            format!("{first}..={last} {}", strength(*how))
        }
        Standing::Unknown => "unknown".to_owned(),
        Standing::Conflict => "conflict".to_owned(),
    };
    assert!(
        fact.strength() == Some(Strength::Proven) || !fact.gaps.is_empty(),
        "{value}: why it is not proven is told"
    );
    format!("{value}{}", fact.inherited_from().map(|path| format!(" from {path}")).unwrap_or_default())
}

/// `a, b presumed`, and `…` where there may be more.
fn listed<T: Ord>(seen: &Seen<T>, name: impl Fn(&T) -> String) -> String {
    let mut names: Vec<String> = seen
        .items
        .iter()
        .map(|(item, how)| match how {
            Strength::Proven => name(item),
            Strength::Presumed => format!("{} presumed", name(item)),
        })
        .collect();
    if !seen.is_whole() {
        names.push("…".to_owned());
    }
    names.join(", ")
}
