//! What breaks, and when.

use std::io;

use crate::report::digest::{Broken, Moments, View, broken};
use crate::report::page::{Line, Page, Tone};
use crate::report::table::{self, Cell, Column, Row};
use crate::report::wording::number;

const ROWS: usize = 20;

pub(super) fn print(page: &mut Page<'_>, view: &View<'_>) -> io::Result<()> {
    let connections = broken(view);
    if connections.is_empty() {
        return Ok(());
    }
    page.heading("What breaks, and when")?;
    let shown = view.limit(ROWS);
    let rows: Vec<Row> = connections.iter().take(shown).map(|broken| Row::Cells(cells(view, broken))).collect();
    let one_app = connections.iter().all(|b| b.connection.app == connections[0].connection.app);
    if one_app {
        page.paragraph(2, 2, &Line::of("Connections of ").tone(Tone::Strong, connections[0].connection.app.as_str()))?;
    }
    let mut columns = vec![
        Column::fixed("Fails by"),
        Column::fixed(""),
        Column::elastic("User", 14),
        Column::elastic("Org unit", 10),
        Column::elastic("App", 12),
        Column::fixed("Last authorised"),
    ];
    let without_app = |mut row: Row| {
        if let Row::Cells(cells) = &mut row {
            cells.remove(4);
        }
        row
    };
    let rows: Vec<Row> = if one_app {
        columns.remove(4);
        rows.into_iter().map(without_app).collect()
    } else {
        rows
    };
    if !table::print(page, &columns, &rows)? {
        for broken in connections.iter().take(shown) {
            stacked(page, view, broken, one_app)?;
        }
    }
    if connections.len() > shown {
        page.paragraph(2, 2, &Line::of(&format!("… and {} more", number(connections.len() - shown))))?;
    }
    if connections.iter().any(|broken| !broken.proven) {
        page.paragraph(2, 2, &Line::default().tone(Tone::Quiet, "~ presumed, not proven"))?;
    }
    Ok(())
}

fn unit(broken: &Broken<'_>) -> String {
    broken.connection.org_unit.as_ref().map_or_else(|| "org unit not known".to_owned(), ToString::to_string)
}

fn cells(view: &View<'_>, broken: &Broken<'_>) -> Vec<Cell> {
    let Moments { by, until, authorised } = broken.moments(view.report.audited_at);
    let mark = if broken.proven { "" } else { "~" };
    vec![
        Cell::toned(tone(broken), &format!("{by}{mark}")),
        Cell::toned(tone(broken), &until),
        Cell::toned(Tone::Strong, broken.connection.user.as_str()),
        Cell::of(&unit(broken)),
        Cell::of(broken.connection.app.as_str()),
        Cell::of(&authorised),
    ]
}

fn tone(broken: &Broken<'_>) -> Tone {
    if broken.proven { Tone::Bad } else { Tone::Doubt }
}

fn stacked(page: &mut Page<'_>, view: &View<'_>, broken: &Broken<'_>, one_app: bool) -> io::Result<()> {
    let Moments { by, until, authorised } = broken.moments(view.report.audited_at);
    let mark = if broken.proven { "" } else { "~" };
    page.paragraph(2, 4, &Line::default().tone(Tone::Strong, broken.connection.user.as_str()))?;
    let place = if one_app { unit(broken) } else { format!("{}, {}", unit(broken), broken.connection.app) };
    page.paragraph(4, 6, &Line::of(&place))?;
    let when =
        if until.is_empty() { "fails, when is not known".to_owned() } else { format!("fails by {by}{mark}, {until}") };
    page.paragraph(4, 6, &Line::default().tone(tone(broken), &when))?;
    page.paragraph(4, 6, &Line::of(&format!("last authorised: {authorised}")))
}
