//! `gwsaudit setup`: what to make in Google's consoles.

mod args;

pub(super) use args::{SETUP_HELP, SetupArgs};
use args::SetupTopic;

use super::error::CliError;
use super::exit::Exit;
use super::output::standard;

/// The page for people, of which the terminal shows the part that says what to do.
const CANARIES: &str = include_str!("../../../docs/canaries.md");

pub(super) async fn run(args: &SetupArgs, _: &super::args::Global, _: &super::Surroundings) -> Result<Exit, CliError> {
    let text = match args.topic {
        Some(SetupTopic::Canaries) | None => section(CANARIES, "## Setting up"),
    };
    standard(|out| writeln!(out, "{}", text.trim_end()))?;
    Ok(Exit::Clean)
}

/// From a heading to the next one of its rank.
fn section<'t>(page: &'t str, heading: &str) -> &'t str {
    let from = page.find(heading).unwrap_or_default();
    let after = from + heading.len();
    let to = page[after..].find("\n## ").map_or(page.len(), |at| after + at);
    &page[from..to]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_is_there_and_ends_where_the_next_begins() {
        let text = section(CANARIES, "## Setting up");
        assert!(text.starts_with("## Setting up") && text.contains("IAM role"), "{text}");
        assert!(!text.contains("\n## "), "{text}");
    }
}
