//! What must be looked at again.

use serde_json::json;

use crate::cli::args::Listing;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::output::{json, standard};
use crate::domain::humane_time;
use crate::facts::LookAgain;
use crate::report::Visible;

/// Whether the list can be relied on to be whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coverage {
    /// The administrators' audit log and the org units are at hand in full.
    Whole,
    /// Something may be missing.
    Partial,
}

/// The list as lines for people.
pub(super) fn lines(list: &[LookAgain]) -> Vec<String> {
    list.iter().flat_map(|entry| [heading(entry), format!("  {}", why(entry))]).collect()
}

fn heading(entry: &LookAgain) -> String {
    let app = entry.app.as_ref().map_or_else(String::new, |app| format!(" of {app}"));
    format!("{}  {}{app}", entry.org_unit, entry.setting)
}

/// Since when, by whom, and what happened.
pub(super) fn why(entry: &LookAgain) -> String {
    let parts = [entry.since.map(humane_time), entry.by.clone(), Some(entry.why.clone())];
    parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
}

/// Prints the list.
pub(super) fn print(list: &[LookAgain], coverage: Coverage, format: Listing) -> Result<Exit, CliError> {
    match format {
        Listing::Json => {
            let entries: Vec<serde_json::Value> = list
                .iter()
                .map(|entry| {
                    json!({
                        "setting": entry.setting,
                        "org_unit": entry.org_unit,
                        "app": entry.app,
                        "why": entry.why,
                        "since": entry.since,
                        "by": entry.by,
                    })
                })
                .collect();
            json(&json!({ "complete": coverage == Coverage::Whole, "look_again": entries }))?;
        }
        Listing::Human => standard(|out| {
            if list.is_empty() && coverage == Coverage::Whole {
                writeln!(out, "Nothing to look at again.")?;
            }
            lines(list).iter().try_for_each(|line| writeln!(out, "{}", Visible::of(line)))
        })?,
    }
    Ok(match (list.is_empty(), coverage) {
        (false, _) => Exit::Failed,
        (true, Coverage::Whole) => Exit::Clean,
        (true, Coverage::Partial) => Exit::Undetermined,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_says_what_to_look_at_and_why() {
        let entry = LookAgain {
            setting: "app-access",
            org_unit: "/Sales".parse().expect("a path"),
            app: Some("okta-workflows-gmail".parse().expect("an id")),
            why: "CHANGE_APP_ACCESS cannot be read".to_owned(),
            since: Some("2026-11-20T10:00:00Z".parse().expect("a time")),
            by: Some("bob@example.com".to_owned()),
        };
        assert_eq!(
            lines(&[entry]),
            [
                "/Sales  app-access of okta-workflows-gmail",
                "  2026-11-20 10:00 UTC  bob@example.com  CHANGE_APP_ACCESS cannot be read"
            ]
        );
    }
}
