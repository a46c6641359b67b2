//! Cells that a spreadsheet shows and never works out: what all CSV has in common (RFC 4180).

use std::io::Write;

use csv::{Terminator, Writer, WriterBuilder};

use super::Visible;

/// A cell that begins so is taken for a formula by some spreadsheet (OWASP, "CSV injection").
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '＠'];

/// No cell is longer, in bytes: Excel cuts at 32,767 characters and shifts what follows.
const LONGEST: usize = 30_000;

/// Rows that end as RFC 4180 wants.
pub(super) fn writer(out: &mut dyn Write) -> Writer<&mut dyn Write> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out)
}

/// The cell as it may be seen, with an apostrophe before what a spreadsheet would work out. JSON has it as it was sent,
/// and whole.
pub(super) fn harmless(cell: &str) -> String {
    let guard = if cell.starts_with(FORMULA) { "'" } else { "" };
    let seen = format!("{guard}{}", Visible::of(cell));
    if seen.len() <= LONGEST {
        return seen;
    }
    let end = (0..=LONGEST).rev().find(|at| seen.is_char_boundary(*at)).unwrap_or_default();
    format!("{}… ({} more bytes)", &seen[..end], seen.len() - end)
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
    fn a_cell_stays_within_what_a_spreadsheet_holds() {
        let long = harmless(&"é".repeat(20_000));
        assert_eq!((long.len() < LONGEST + 30, long.ends_with("… (10000 more bytes)")), (true, true));
    }
}
