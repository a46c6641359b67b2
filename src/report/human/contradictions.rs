//! Evidence that contradicts itself: both sides of it, once for all org units that share it.

use std::io;

use super::grounds::said;
use crate::report::digest::{View, contradictions};
use crate::report::page::{Line, Page, Tone};
use crate::report::wording::counted;

const CONTRADICTIONS: usize = 6;
const SIDES: usize = 6;

pub(super) fn print(page: &mut Page<'_>, view: &View<'_>) -> io::Result<()> {
    let sides = contradictions(view.report);
    if sides.is_empty() {
        return Ok(());
    }
    page.heading("Evidence against evidence")?;
    for ((setting, evidence), units) in sides.iter().take(view.limit(CONTRADICTIONS)) {
        let line = Line::default().tone(Tone::Doubt, setting).text(" in ");
        page.paragraph(2, 4, &line.visible(Tone::Strong, view.tree.list(units, view.limit(4))))?;
        for item in evidence.iter().take(view.limit(SIDES)) {
            page.paragraph(4, 6, &said(item))?;
        }
        if evidence.len() > view.limit(SIDES) {
            let more = counted(evidence.len() - view.limit(SIDES), "piece more", "pieces more");
            page.paragraph(4, 6, &Line::of(&format!("… and {more}")))?;
        }
    }
    if sides.len() > view.limit(CONTRADICTIONS) {
        let more = counted(sides.len() - view.limit(CONTRADICTIONS), "contradiction more", "contradictions more");
        page.paragraph(2, 4, &Line::of(&format!("… and {more}")))?;
    }
    Ok(())
}
