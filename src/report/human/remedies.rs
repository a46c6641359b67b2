//! What to do: every cure once, in order, with the places that it concerns.

use std::io;

use crate::report::digest::{View, cures};
use crate::report::page::{Line, Page, Tone};
use crate::report::wording::counted;

const CURES: usize = 12;

pub(super) fn print(page: &mut Page<'_>, view: &View<'_>) -> io::Result<()> {
    let cures = cures(view);
    if cures.is_empty() {
        return Ok(());
    }
    page.heading("What to do")?;
    let shown = view.limit(CURES);
    let mut step_number = 1;
    for (n, cure) in cures.iter().take(shown).enumerate() {
        if n > 0 {
            page.blank()?;
        }
        page.paragraph(2, 4, &cure.place(view).text(&cure.checks()))?;
        for step in &cure.steps {
            page.paragraph(4, 7, &Line::of(&format!("{:<3}", format!("{step_number}."))).text(step))?;
            step_number += 1;
        }
        if let Some(url) = cure.url {
            page.unbroken(7, Tone::Quiet, url)?;
        }
    }
    if cures.len() > shown {
        page.paragraph(2, 2, &Line::of(&format!("… and {}", counted(cures.len() - shown, "more cure", "more cures"))))?;
    }
    Ok(())
}
