//! Results to bytes: one model, one file per format, syntax only.
//!
//! Reporters never judge, filter, read a clock, know about standard output or decide an exit status; they receive
//! a finished [`model::Report`] and write it to whatever the caller opened. Every result appears in every format,
//! whatever its status, so counts are conserved; only [`Format::Human`] and
//! [`Format::Markdown`] gather alike results into one line, and they say how many.
//!
//! A new format is a new file, its `mod` and its line in `formats!`.

mod as_sent;
mod assemble;
mod csv;
pub mod diagnosis;
pub mod diff;
mod digest;
pub mod effective;
mod escape;
pub mod explain;
pub mod fingerprint;
mod html;
mod human;
mod inputs;
mod json;
mod json_text;
mod junit;
mod markdown;
pub mod model;
mod ocsf;
mod org_tree;
mod page;
mod read;
pub mod redact;
mod sarif;
pub mod schema;
mod shared_text;
mod spreadsheet;
mod table;
pub mod verify;
pub mod what_if;
mod wording;
mod words;

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use thiserror::Error;

pub use assemble::{Assembly, assemble};
pub(crate) use assemble::{sources as sources_of, tenant as tenant_of};
pub use escape::Visible;
pub use json_text::{legible_json, write_json, write_json_line};
pub use read::{LONGEST_REPORT, UnreadableReport, read};
pub use shared_text::{SharedText, SharedTexts};
pub(crate) use wording::either;

pub use crate::domain::is_hidden;

use crate::domain::CheckId;
use model::Report;

/// One line per format: its doc, its variant, its word on the command line, its renderer.
macro_rules! formats {
    ($($(#[$doc:meta])* $format:ident = $word:literal, $render:path;)+) => {
        /// How a report is written.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Format {
            $($(#[$doc])* $format,)+
        }

        impl Format {
            /// All of them, as help texts list them.
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$format),+];

            /// The word used on the command line.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$format => $word,)+
                }
            }
        }

        /// Writes the report in that format.
        ///
        /// # Errors
        ///
        /// Only those of `out`.
        pub fn render(report: &Report, format: Format, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
            match format {
                $(Format::$format => $render(report, options, out),)+
            }
        }
    };
}

formats! {
    /// For a person at a terminal.
    Human = "human", human::render;
    /// The versioned contract, for programs.
    Json = "json", json::render;
    /// SARIF 2.1.0, for code-scanning dashboards.
    Sarif = "sarif", sarif::render;
    /// For spreadsheets: a row for each result, or for each connection ([`Rows`]).
    Csv = "csv", csv::render;
    /// For a ticket: the main points in GitHub Flavored Markdown.
    Markdown = "markdown", markdown::render;
    /// One self-contained page, to look at and to pass on.
    Html = "html", html::render;
    /// For build servers: a test case for each result.
    Junit = "junit", junit::render;
    /// OCSF Compliance Findings, JSON Lines, for data lakes and SIEMs.
    Ocsf = "ocsf", ocsf::render;
}

/// The operator named a format that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a report format; choose {choices}", choices = Format::choices())]
pub struct UnknownFormat(String);

impl Format {
    fn choices() -> String {
        Self::ALL.map(Self::as_str).join(", ")
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|format| format.as_str() == text).ok_or_else(|| UnknownFormat(text.to_owned()))
    }
}

/// Whether the human report is coloured. The caller looks at the terminal, `--color` and `NO_COLOR`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colour {
    /// Not a single escape sequence.
    #[default]
    Never,
    /// ANSI colours; nothing is said by colour alone.
    Always,
}

/// How much the human report lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// Long lists are cut short, with the number left out; little is said when all is well.
    #[default]
    Brief,
    /// Everything, the table of org units always.
    Full,
}

/// What the rows of a CSV report are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rows {
    /// The verdicts.
    #[default]
    Results,
    /// Grants of the apps under audit, and what becomes of them.
    Connections,
}

/// What the caller knows and a report does not.
#[derive(Debug, Clone)]
pub struct RenderOptions {
    /// Columns of the terminal; taken as 40 where less.
    pub width: usize,
    /// Whether to colour.
    pub colour: Colour,
    /// How much to list.
    pub detail: Detail,
    /// Titles of the checks, for formats that describe their rules; a check without one is called by its id.
    pub titles: BTreeMap<CheckId, String>,
    /// What a CSV report lists.
    pub rows: Rows,
}

impl Default for RenderOptions {
    fn default() -> Self {
        Self {
            width: 100,
            colour: Colour::default(),
            detail: Detail::default(),
            titles: BTreeMap::new(),
            rows: Rows::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_read_as_they_are_written() {
        for format in Format::ALL {
            assert_eq!(format.as_str().parse(), Ok(format));
        }
        let refused = "xml".parse::<Format>().expect_err("no such format");
        assert_eq!(
            refused.to_string(),
            "\"xml\" is not a report format; choose human, json, sarif, csv, markdown, html, junit, ocsf"
        );
    }
}
