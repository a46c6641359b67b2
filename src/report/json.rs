//! The contract itself: the model as it is, indented, with a newline at the end.
//!
//! Byte-stable because the model's lists arrive sorted and its maps are ordered. Every value of Google's is kept as it
//! is, and written so that nothing of it acts on a terminal.

use std::io::{self, Write};

use super::model::Report;
use super::{RenderOptions, write_json};

pub(super) fn render(report: &Report, _: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    write_json(report, out)
}
