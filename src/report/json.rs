//! The contract itself: the model as it is, indented, with a newline at the end.
//!
//! Byte-stable because the model's lists arrive sorted and its maps are ordered. Text from Google is kept as it is:
//! JSON escapes control characters, and whoever prints a value must neutralise the rest.

use std::io::{self, Write};

use super::RenderOptions;
use super::model::Report;

pub(super) fn render(report: &Report, _: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    out.write_all(b"\n")
}
