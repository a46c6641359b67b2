//! What would follow from settings that nobody made yet, told: `gwsaudit what-if`.

mod human;
pub mod model;

use std::io::{self, Write};

use super::RenderOptions;
use model::Foresight;

/// How the answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Human,
    /// One object: everything.
    Json,
}

/// Writes the answer.
///
/// # Errors
/// Only those of `out`.
pub fn render(foresight: &Foresight, form: Form, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    match form {
        Form::Human => human::render(foresight, options, out),
        Form::Json => {
            serde_json::to_writer_pretty(&mut *out, foresight)?;
            out.write_all(b"\n")
        }
    }
}
