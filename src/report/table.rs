//! A table that fits the width, or says that it cannot.

use std::io;

use crate::report::escape::Visible;
use crate::report::page::{GAP, Page, Tone};

/// Below this width a table is not tried.
const NARROWEST: usize = 60;

const INDENT: usize = 2;

/// A column, and how far it may shrink.
pub(super) struct Column {
    pub(super) title: Visible,
    /// Never narrower than this; cells lose their middle. `None`: the column does not shrink.
    pub(super) least: Option<usize>,
}

impl Column {
    pub(super) fn fixed(title: &str) -> Self {
        Self { title: Visible::of(title), least: None }
    }

    pub(super) fn elastic(title: &str, least: usize) -> Self {
        Self { title: Visible::of(title), least: Some(least) }
    }
}

/// One cell; the indentation counts towards the column.
#[derive(Clone, Default)]
pub(super) struct Cell {
    pub(super) tone: Tone,
    pub(super) indent: usize,
    pub(super) text: Visible,
}

impl Cell {
    pub(super) fn of(text: &str) -> Self {
        Self::toned(Tone::Plain, text)
    }

    pub(super) fn toned(tone: Tone, text: &str) -> Self {
        Self { tone, indent: 0, text: Visible::of(text) }
    }

    fn width(&self) -> usize {
        self.indent + self.text.width()
    }

    fn fitted(&self, width: usize) -> Visible {
        let indent = self.indent.min(width / 2);
        let mut text = Visible::of(&" ".repeat(indent));
        text.push(&self.text.shortened(width - indent));
        text
    }
}

/// A row of cells, or a remark across the table.
pub(super) enum Row {
    Cells(Vec<Cell>),
    Remark { indent: usize, text: String },
}

/// Prints the table; false, and nothing printed, where the width does not suffice.
pub(super) fn print(page: &mut Page<'_>, columns: &[Column], rows: &[Row]) -> io::Result<bool> {
    let Some(widths) = widths(columns, rows, page.width) else { return Ok(false) };
    let head: Vec<_> =
        columns.iter().zip(&widths).map(|(column, &w)| (Tone::Quiet, column.title.shortened(w), w)).collect();
    page.row(INDENT, &head)?;
    for row in rows {
        match row {
            Row::Cells(cells) => {
                let cells: Vec<_> =
                    cells.iter().zip(&widths).map(|(cell, &w)| (cell.tone, cell.fitted(w), w)).collect();
                page.row(INDENT, &cells)?;
            }
            Row::Remark { indent, text } => {
                let room = page.width.saturating_sub(INDENT + indent);
                page.row(INDENT + indent, &[(Tone::Quiet, Visible::of(text).shortened(room), room)])?;
            }
        }
    }
    Ok(true)
}

fn widths(columns: &[Column], rows: &[Row], page: usize) -> Option<Vec<usize>> {
    if page < NARROWEST {
        return None;
    }
    let mut widths: Vec<usize> = columns.iter().map(|column| column.title.width()).collect();
    for row in rows {
        if let Row::Cells(cells) = row {
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = (*width).max(cell.width());
            }
        }
    }
    let room = page.checked_sub(INDENT + GAP * columns.len().saturating_sub(1))?;
    while widths.iter().sum::<usize>() > room {
        // The widest gives first, so that one long name does not cost the others.
        let too_wide = widths.iter().sum::<usize>() - room;
        let (next, spare) = (0..widths.len())
            .filter_map(|n| Some((n, widths[n].checked_sub(columns[n].least?)?)))
            .filter(|(_, spare)| *spare > 0)
            .max_by_key(|(n, _)| widths[*n])?;
        let others = (0..widths.len())
            .filter(|n| *n != next && columns[*n].least.is_some())
            .map(|n| widths[n])
            .max()
            .unwrap_or(0);
        let step = widths[next].saturating_sub(others).max(1);
        widths[next] -= step.min(spare).min(too_wide);
    }
    Some(widths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str], page: usize) -> Option<Vec<usize>> {
        let columns = [Column::elastic("Unit", 12), Column::fixed("Reauth"), Column::elastic("Set in", 8)];
        let rows: Vec<_> =
            names.iter().map(|name| Row::Cells(vec![Cell::of(name), Cell::of("required"), Cell::of("/")])).collect();
        widths(&columns, &rows, page)
    }

    #[test]
    fn only_elastic_columns_shrink() {
        assert_eq!(of(&["/Sales"], 100), Some(vec![6, 8, 6]));
        assert_eq!(of(&["/".repeat(200).as_str()], 60), Some(vec![40, 8, 6]));
        assert_eq!(of(&["/Sales"], 59), None);
    }
}
