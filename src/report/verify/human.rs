//! A verification for a person at a terminal.

use std::io::{self, Write};

use serde_json::Value;

use super::{Compared, Difference, Kind, Sameness, Verification};
use crate::domain::Sha256;
use crate::report::RenderOptions;
use crate::report::escape::Visible;
use crate::report::page::{Line, Page, Tone};
use crate::report::wording::{counted, plain};

/// So many differences are listed; the rest are counted.
const LISTED: usize = 40;
/// Longer values lose their middle.
const VALUE: usize = 60;

/// Writes a verification for people.
///
/// # Errors
///
/// Only those of `out`.
pub fn render(verification: &Verification, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let page = &mut Page::new(out, options.width, options.colour);
    let differences = &verification.differences;
    let verdict = match (verification.reproduced, verification.snapshot.is) {
        (true, _) => Line::default()
            .tone(Tone::Good, "The report is reproduced")
            .text(": it was made from this snapshot, and judging the snapshot again says the same."),
        (false, Sameness::Same) => Line::default().tone(Tone::Bad, "The report is not reproduced").text(&format!(
            ": it was made from this snapshot, and judging the snapshot again gives {}.",
            counted(differences.len(), "difference", "differences")
        )),
        (false, Sameness::Different | Sameness::Unknown) => Line::default()
            .tone(Tone::Bad, "The report is not reproduced")
            .text(": it was made from another snapshot, or the snapshot was altered since."),
    };
    page.paragraph(0, 0, &verdict)?;
    page.heading("Made from")?;
    file(page, "snapshot", &verification.snapshot)?;
    let version = &verification.version;
    let version = match version.is {
        Sameness::Same => Line::of(&format!("version: {}", version.found)),
        Sameness::Different | Sameness::Unknown => {
            Line::of("version: ").tone(Tone::Doubt, &format!("{}, now {}", version.reported, version.found))
        }
    };
    page.paragraph(2, 4, &version)?;
    maybe(page, "program", &verification.program)?;
    for pack in &verification.packs {
        match (&pack.file.reported, &pack.file.found) {
            (None, None) => page.paragraph(2, 4, &Line::of(&format!("pack {}: part of the program", pack.id)))?,
            _ => maybe(page, &format!("pack {}", pack.id), &pack.file)?,
        }
    }
    maybe(page, "attestations", &verification.attestations)?;
    maybe(page, "configured apps", &verification.configured_apps)?;
    file(page, "configuration", &verification.configuration)?;
    if !differences.is_empty() {
        if let Some(others) = verification.others_differ() {
            page.blank()?;
            page.paragraph(0, 0, &Line::default().tone(Tone::Doubt, &others))?;
        }
        page.heading("Differences (the report: judged again)")?;
        for difference in differences.iter().take(LISTED) {
            one(page, difference)?;
        }
        if differences.len() > LISTED {
            let more = format!("… and {} more; --format json has them all", differences.len() - LISTED);
            page.paragraph(2, 4, &Line::default().tone(Tone::Quiet, &more))?;
        }
    }
    page.blank()?;
    let limits = "This is no signature: it says that report and snapshot belong together, not who made them.";
    page.paragraph(0, 0, &Line::default().tone(Tone::Quiet, limits))
}

impl Verification {
    /// What beside the snapshot is not what it was, so that differences may come from there.
    fn others_differ(&self) -> Option<String> {
        let packs: Vec<String> = self
            .packs
            .iter()
            .filter(|pack| pack.file.is == Sameness::Different)
            .map(|pack| format!("pack {}", pack.id))
            .collect();
        let parts = [
            ("version", self.version.is),
            ("program", self.program.is),
            ("attestations", self.attestations.is),
            ("configured apps", self.configured_apps.is),
            ("configuration", self.configuration.is),
        ];
        let mut names: Vec<String> =
            parts.iter().filter(|(_, is)| *is == Sameness::Different).map(|(name, _)| (*name).to_owned()).collect();
        names.extend(packs);
        (!names.is_empty()).then(|| {
            format!("Not what the report was made with: {}. Differences may come from there.", names.join(", "))
        })
    }
}

fn file(page: &mut Page<'_>, what: &str, compared: &Compared<Sha256>) -> io::Result<()> {
    sameness(page, what, compared.is, Some(&compared.reported), Some(&compared.found))
}

fn maybe(page: &mut Page<'_>, what: &str, compared: &Compared<Option<Sha256>>) -> io::Result<()> {
    sameness(page, what, compared.is, compared.reported.as_ref(), compared.found.as_ref())
}

fn sameness(
    page: &mut Page<'_>,
    what: &str,
    is: Sameness,
    reported: Option<&Sha256>,
    found: Option<&Sha256>,
) -> io::Result<()> {
    let short = |hash: Option<&Sha256>| hash.map_or("none", |hash| &hash.as_str()[..16]).to_owned();
    let line = Line::of(&format!("{what}: "));
    let line = match (is, found) {
        (Sameness::Same, None) => line.text("none, as then"),
        (Sameness::Same, Some(_)) => line.text(&format!("the same ({})", short(found))),
        (Sameness::Different, _) => {
            line.tone(Tone::Doubt, &format!("another one ({}, now {})", short(reported), short(found)))
        }
        (Sameness::Unknown, _) => line.tone(Tone::Doubt, "not known to be the same"),
    };
    page.paragraph(2, 4, &line)
}

fn one(page: &mut Page<'_>, difference: &Difference) -> io::Result<()> {
    let part = plain(&difference.part);
    let line = Line::default().tone(Tone::Strong, &part).text(" ").text(&difference.entry);
    match difference.kind {
        Kind::OnlyReported => page.paragraph(2, 4, &line.text(": only in the report")),
        Kind::OnlyFound => page.paragraph(2, 4, &line.text(": missing in the report")),
        Kind::Changed => {
            page.paragraph(2, 4, &line)?;
            for change in &difference.changes {
                let at = if change.at.is_empty() { String::new() } else { format!("{} ", change.at) };
                let line = Line::of(&at).visible(Tone::Bad, value(&change.reported)).text(": ");
                page.paragraph(4, 6, &line.visible(Tone::Plain, value(&change.found)))?;
            }
            Ok(())
        }
    }
}

fn value(value: &Value) -> Visible {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null => "nothing".to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    };
    Visible::of(&text).shortened(VALUE)
}
