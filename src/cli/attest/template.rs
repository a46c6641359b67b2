//! A file to be filled in, for those who would rather answer in an editor.

use std::io::{self, Write};

use jiff::Timestamp;

use super::page::{Others, Page, Subject};
use super::units::KnownUnits;
use crate::domain::Email;
use crate::report::{Visible, is_hidden};

/// Writes the template. Blanks stand where somebody must look; a blank left over is refused when it is handed back, so
/// that nothing is attested unseen.
pub(super) fn write(
    out: &mut dyn Write,
    pages: &[Page],
    units: &KnownUnits,
    by: Option<&Email>,
    at: Timestamp,
) -> io::Result<()> {
    writeln!(
        out,
        "# What the Admin console shows. Look, fill in every \"\", and hand it back: gwsaudit attest --answers FILE"
    )?;
    writeln!(
        out,
        "# Take out what you cannot see: a key of `value`, or a whole table. Nothing is then recorded about it."
    )?;
    writeln!(
        out,
        "# attested_at is when this file was printed, so that a change made while you look counts as later."
    )?;
    if by.is_none() {
        writeln!(
            out,
            "# attested_by may be added to a table; else it is --by, or [tenant] admin of the configuration."
        )?;
    }
    for page in pages {
        let Page { subject, units: listed, others } = page;
        writeln!(out, "\n# {}", Visible::of(&subject.to_string()))?;
        writeln!(out, "# {}", subject.link())?;
        writeln!(out, "# Menu: {}", subject.menu())?;
        for line in instructions(subject) {
            writeln!(out, "# {line}")?;
        }
        for unit in listed {
            writeln!(out)?;
            if let Some(why) = &unit.why {
                writeln!(out, "# {}", Visible::of(why))?;
            }
            let rest = unit.path.is_root() && *others == Others::AskForOverrides;
            if rest {
                writeln!(
                    out,
                    "# Take `below` out if an org unit has a setting of its own, or may have, that you cannot see."
                )?;
            }
            let below = rest.then_some("below = \"inherit\"");
            table(subject, unit.path.as_str(), below, by, at).iter().try_for_each(|line| writeln!(out, "{line}"))?;
        }
        match others {
            Others::LeaveOut => {}
            Others::AskForOverrides => {
                writeln!(out, "\n# {}", subject.which_override())?;
                writeln!(
                    out,
                    "# Copy this table, without the #, for each of them; all others are covered by `below`."
                )?;
                for line in table(subject, "", None, by, at) {
                    writeln!(out, "# {line}")?;
                }
                let mut paths = units.paths().filter(|path| !path.is_root()).peekable();
                if paths.peek().is_some() {
                    writeln!(out, "# The org units are:")?;
                }
                for path in paths {
                    writeln!(out, "#   {}", quoted(path.as_str()))?;
                }
            }
        }
    }
    Ok(())
}

fn instructions(subject: &Subject) -> &'static [&'static str] {
    match subject {
        Subject::Session => &[
            "reauth: \"required\", or one of these alone: \"not_required\"; below the root \"inherit\".",
            "frequency: \"1h\" to \"24h\"; method: \"password\" or \"security_key\"; exempt_trusted_apps: true or false.",
        ],
        Subject::Access(_) => &[
            "value: \"trusted\", \"limited\", \"specific_data\" or \"blocked\"; at the root \"unconfigured\", below it \"inherit\".",
        ],
    }
}

fn table(subject: &Subject, path: &str, below: Option<&str>, by: Option<&Email>, at: Timestamp) -> Vec<String> {
    let mut lines = vec!["[[attestation]]".to_owned()];
    match subject {
        Subject::Session => {
            lines.push("setting = \"cloud-session-control\"".to_owned());
            lines.push(format!("org_unit = {}", quoted(path)));
            lines.push(
                "value = { reauth = \"\", frequency = \"\", method = \"\", exempt_trusted_apps = \"\" }".to_owned(),
            );
        }
        Subject::Access(app) => {
            lines.push("setting = \"app-access\"".to_owned());
            lines.push(format!("app = {}", quoted(app.app.as_str())));
            lines.push(format!("org_unit = {}", quoted(path)));
            lines.push("value = \"\"".to_owned());
        }
    }
    lines.extend(below.map(str::to_owned));
    lines.extend(by.map(|by| format!("attested_by = {}", quoted(by.as_str()))));
    lines.push(format!("attested_at = {at}"));
    lines
}

/// A TOML string of one line that shows what a name may hide, and still means the same when it is handed back.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            _ if is_hidden(c) => quoted.push_str(&format!("\\U{:08x}", u32::from(c))),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_to_their_line_and_mean_the_same() {
        for name in ["/Sales", "/Sa\"les\\", "/Sa\n[[attestation]]", "/Sa\u{202e}les\t", "/\u{1f600}"] {
            let line = quoted(name);
            assert!(!line.chars().any(is_hidden), "{line}");
            let table: toml::Table = format!("name = {line}").parse().expect("TOML");
            assert_eq!(table["name"].as_str(), Some(name));
        }
    }
}
