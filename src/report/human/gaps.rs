//! What is not known: by missing fact, with what would supply it.

use std::cmp::Reverse;
use std::io;

use crate::report::digest::{FactGap, Gaps, View, gaps};
use crate::report::page::{Line, Page, Tone};
use crate::report::wording::{counted, number, plain};

const FACTS: usize = 15;
const SUPPLIES: usize = 6;
const REASONS: usize = 2;

pub(super) fn print(page: &mut Page<'_>, view: &View<'_>) -> io::Result<()> {
    let Gaps { mut facts, unexplained } = gaps(view);
    if facts.is_empty() && unexplained.is_empty() {
        return Ok(());
    }
    page.heading("Not known")?;
    if facts.len() > view.limit(FACTS) {
        // What most results hang on comes first.
        facts.sort_by_key(|fact| Reverse(fact.weight()));
    }
    let mut first = true;
    for FactGap { fact, gaps: supplies } in facts.iter().take(view.limit(FACTS)) {
        let shown = view.limit(SUPPLIES);
        for gap in supplies.iter().take(shown) {
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
            page.paragraph(4, 6, &Line::of("→ ").text(&gap.supply))?;
        }
        if supplies.len() > shown {
            let rest: usize = supplies.iter().skip(shown).map(|gap| gap.results.len()).sum();
            let more = format!("… and {} for which {fact} is not known", counted(rest, "more result", "more results"));
            page.paragraph(2, 4, &Line::of(&more))?;
        }
    }
    if facts.len() > view.limit(FACTS) {
        let more = counted(facts.len() - view.limit(FACTS), "more fact that is", "more facts that are");
        page.paragraph(2, 4, &Line::of(&format!("… and {more} not known; --verbose shows all")))?;
    }
    if !unexplained.is_empty() {
        let line = Line::of(&format!("{} without a stated reason: ", number(unexplained.len())));
        page.paragraph(2, 4, &line.visible(Tone::Strong, view.subjects(&unexplained)))?;
    }
    Ok(())
}
