//! Cells that a spreadsheet shows and never works out: what all CSV has in common (RFC 4180).

use std::io::Write;

use csv::{Terminator, Writer, WriterBuilder};

use super::Visible;

/// A cell that begins so is taken for a formula by some spreadsheet (OWASP, "CSV injection").
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '＠'];

/// No list is longer, in bytes: Excel cuts a cell at 32,767 characters and shifts what follows.
const LONGEST: usize = 30_000;

/// Rows that end as RFC 4180 wants.
pub(super) fn writer(out: &mut dyn Write) -> Writer<&mut dyn Write> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out)
}

/// The cell as it may be seen, with an apostrophe before what a spreadsheet would work out. JSON has it as it was sent,
/// and whole.
pub(super) fn harmless(cell: &str) -> String {
    let guard = if cell.starts_with(FORMULA) { "'" } else { "" };
    format!("{guard}{}", Visible::of(cell))
}

/// The items of a list in one cell, a middle dot between them.
pub(super) fn list(items: impl IntoIterator<Item = String>) -> String {
    let mut cell = String::new();
    let mut left_out = 0_usize;
    for item in items {
        let item = if cell.is_empty() { harmless(&item) } else { format!(" · {}", Visible::of(&item)) };
        if left_out > 0 || cell.len() + item.len() > LONGEST {
            left_out += 1;
        } else {
            cell.push_str(&item);
        }
    }
    if left_out > 0 { format!("{cell} · … and {left_out} more") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "＝1"] {
            assert_eq!(harmless(cell), format!("'{cell}"));
        }
        assert_eq!((harmless("\tx").as_str(), harmless("\r=1").as_str()), ("'\\u{9}x", "'\\u{d}=1"));
        assert_eq!(harmless("a\u{1b}[2J"), "a\\u{1b}[2J");
        for cell in ["", "a=1", "'=1", "/Sales"] {
            assert_eq!(harmless(cell), cell);
        }
    }

    #[test]
    fn a_list_stays_within_what_a_cell_holds() {
        assert_eq!(list(["=1".to_owned(), "=2".to_owned()]), "'=1 · =2");
        let long = list((0..20_000).map(|n| n.to_string()));
        assert!(long.len() < 32_000 && long.starts_with("0 · 1 · 2") && long.ends_with(" more"), "{long}");
    }
}
