//! What is not known: by missing fact, with what would supply it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::View;
use super::view::only_unit;
use crate::report::model::{CheckResult, Status};
use crate::report::wording::generic;

/// Everything that keeps results open.
pub(in crate::report) struct Gaps<'a> {
    /// By missing fact.
    pub(in crate::report) facts: Vec<FactGap<'a>>,
    /// Undetermined results that do not say what is missing.
    pub(in crate::report) unexplained: Vec<&'a CheckResult>,
}

/// A fact that is not known.
pub(in crate::report) struct FactGap<'a> {
    /// Which.
    pub(in crate::report) fact: &'a str,
    /// One per advice that would settle it; what settles most first.
    pub(in crate::report) gaps: Vec<Gap<'a>>,
}

impl FactGap<'_> {
    /// How many results hang on the advice that settles most.
    pub(in crate::report) fn weight(&self) -> usize {
        self.gaps.first().map_or(0, |gap| gap.results.len())
    }
}

/// Results that the same advice would settle, but for the org unit in it.
pub(in crate::report) struct Gap<'a> {
    /// The advice.
    pub(in crate::report) supply: String,
    /// Why the fact is not known.
    pub(in crate::report) reasons: BTreeSet<String>,
    /// What hangs on it.
    pub(in crate::report) results: Vec<&'a CheckResult>,
}

/// The same while it is gathered.
#[derive(Default)]
struct Gathered<'a> {
    supplies: BTreeSet<&'a str>,
    reasons: BTreeSet<String>,
    results: Vec<&'a CheckResult>,
}

/// Gathers what undetermined results lack.
pub(in crate::report) fn gaps<'a>(view: &View<'a>) -> Gaps<'a> {
    let mut exact: BTreeMap<(&str, &str), Gathered<'_>> = BTreeMap::new();
    let mut unexplained = Vec::new();
    for result in view.with_status(Status::Undetermined) {
        if result.missing.is_empty() {
            unexplained.push(result);
        }
        for missing in &result.missing {
            let gap = exact.entry((&missing.fact, &missing.supply)).or_default();
            gap.supplies.insert(&missing.supply);
            gap.reasons.insert(missing.why.to_string());
            if gap.results.last().is_none_or(|last| !std::ptr::eq(*last, result)) {
                gap.results.push(result);
            }
        }
    }
    let mut gaps: BTreeMap<&str, BTreeMap<String, Gathered<'_>>> = BTreeMap::new();
    for ((fact, supply), gap) in exact {
        let unit = only_unit(&gap.results);
        let alike = |text: &str| unit.map_or_else(|| text.to_owned(), |unit| generic(text, unit));
        let merged = gaps.entry(fact).or_default().entry(alike(supply)).or_default();
        merged.supplies.extend(gap.supplies);
        merged.reasons.extend(gap.reasons.iter().map(|why| alike(why)));
        merged.results.extend(gap.results);
    }
    let facts = gaps
        .into_iter()
        .map(|(fact, supplies)| {
            let mut gaps: Vec<Gap<'a>> = supplies.into_iter().map(|(alike, gathered)| gap(alike, gathered)).collect();
            gaps.sort_by_key(|gap| Reverse(gap.results.len()));
            FactGap { fact, gaps }
        })
        .collect();
    Gaps { facts, unexplained }
}

/// Advice that is given in one wording only stays as it was written.
fn gap(alike: String, gathered: Gathered<'_>) -> Gap<'_> {
    let Gathered { supplies, reasons, results } = gathered;
    let supply = if supplies.len() == 1 { supplies.into_iter().next().map(str::to_owned) } else { None };
    Gap { supply: supply.unwrap_or(alike), reasons, results }
}
