//! What is not known: by missing fact, with what would supply it.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::View;
use crate::report::model::{CheckResult, Status};
use crate::report::page::{Line, Page, Tone};
use crate::report::wording::{counted, generic, number, plain};

const FACTS: usize = 15;
const SUPPLIES: usize = 6;
const REASONS: usize = 2;

/// Results that the same advice would settle, but for the org unit in it.
#[derive(Default)]
struct Gap<'a> {
    supplies: BTreeSet<&'a str>,
    reasons: BTreeSet<String>,
    results: Vec<&'a CheckResult>,
}

pub(super) fn print(page: &mut Page<'_>, view: &View<'_>) -> io::Result<()> {
    let mut exact: BTreeMap<(&str, &str), Gap<'_>> = BTreeMap::new();
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
    let mut gaps: BTreeMap<&str, BTreeMap<String, Gap<'_>>> = BTreeMap::new();
    for ((fact, supply), gap) in exact {
        let unit = super::only_unit(&gap.results);
        let alike = |text: &str| unit.map_or_else(|| text.to_owned(), |unit| generic(text, unit));
        let merged = gaps.entry(fact).or_default().entry(alike(supply)).or_default();
        merged.supplies.extend(gap.supplies);
        merged.reasons.extend(gap.reasons.iter().map(|why| alike(why)));
        merged.results.extend(gap.results);
    }
    if gaps.is_empty() && unexplained.is_empty() {
        return Ok(());
    }
    page.heading("Not known")?;
    let mut first = true;
    let mut gaps: Vec<(&str, BTreeMap<String, Gap<'_>>)> = gaps.into_iter().collect();
    if gaps.len() > view.limit(FACTS) {
        // What most results hang on comes first.
        gaps.sort_by_key(|(_, supplies)| {
            std::cmp::Reverse(supplies.values().map(|gap| gap.results.len()).max().unwrap_or_default())
        });
    }
    for (fact, supplies) in gaps.iter().take(view.limit(FACTS)) {
        // What settles most comes first.
        let mut supplies: Vec<_> = supplies.iter().collect();
        supplies.sort_by_key(|(_, gap)| std::cmp::Reverse(gap.results.len()));
        let shown = view.limit(SUPPLIES);
        for (supply, gap) in supplies.iter().take(shown) {
            if !std::mem::take(&mut first) {
                page.blank()?;
            }
            let settles = counted(gap.results.len(), "result hangs on it", "results hang on it");
            let line = Line::default().tone(Tone::Doubt, &plain(fact)).text(": ");
            page.paragraph(
                2,
                4,
                &line.visible(Tone::Strong, view.subjects(&gap.results)).text(&format!(" ({settles})")),
            )?;
            for why in gap.reasons.iter().take(view.limit(REASONS)) {
                page.paragraph(4, 6, &Line::of(why))?;
            }
            if gap.reasons.len() > view.limit(REASONS) {
                let more = format!("… and {}", counted(gap.reasons.len() - REASONS, "reason more", "reasons more"));
                page.paragraph(4, 6, &Line::of(&more))?;
            }
            let as_written = gap.supplies.first().filter(|_| gap.supplies.len() == 1);
            page.paragraph(4, 6, &Line::of("→ ").text(as_written.unwrap_or(&supply.as_str())))?;
        }
        if supplies.len() > shown {
            let rest: usize = supplies.iter().skip(shown).map(|(_, gap)| gap.results.len()).sum();
            let more = format!("… and {} for which {fact} is not known", counted(rest, "more result", "more results"));
            page.paragraph(2, 4, &Line::of(&more))?;
        }
    }
    if gaps.len() > view.limit(FACTS) {
        let more = counted(gaps.len() - view.limit(FACTS), "more fact that is", "more facts that are");
        page.paragraph(2, 4, &Line::of(&format!("… and {more} not known; --verbose shows all")))?;
    }
    if !unexplained.is_empty() {
        let line = Line::of(&format!("{} without a stated reason: ", number(unexplained.len())));
        page.paragraph(2, 4, &line.visible(Tone::Strong, view.subjects(&unexplained)))?;
    }
    Ok(())
}
