//! Goals that collide: nobody can have both, so a person has to choose.

use std::io;

use crate::report::Visible;
use crate::report::digest::View;
use crate::report::page::{Line, Page, Tone};
use crate::report::wording::counted;

const COLLISIONS: usize = 6;
const APPS: usize = 5;

pub(super) fn print(page: &mut Page<'_>, view: &View<'_>) -> io::Result<()> {
    let collisions = &view.report.collisions;
    if collisions.is_empty() {
        return Ok(());
    }
    page.heading("Goals that collide")?;
    for collision in collisions.iter().take(view.limit(COLLISIONS)) {
        let names: Vec<Visible> = collision.checks.iter().map(|check| Visible::of(check.as_str())).collect();
        page.paragraph(2, 4, &Line::default().visible(Tone::Strong, Visible::join(&names, " against ")))?;
        for trade in &collision.trades {
            page.paragraph(4, 6, &Line::of("· ").text(trade))?;
        }
        if !collision.lets_through.is_empty() {
            let limit = view.limit(APPS);
            let mut apps: Vec<Visible> =
                collision.lets_through.iter().take(limit).map(|app| Visible::of(app)).collect();
            if collision.lets_through.len() > limit {
                apps.push(Visible::of(&counted(collision.lets_through.len() - limit, "more", "more")));
            }
            page.paragraph(4, 6, &Line::of("lets through: ").visible(Tone::Strong, Visible::join(&apps, ", ")))?;
        }
    }
    if collisions.len() > view.limit(COLLISIONS) {
        let more = collisions.len() - view.limit(COLLISIONS);
        page.paragraph(2, 4, &Line::of(&format!("… and {}", counted(more, "more", "more"))))?;
    }
    Ok(())
}
