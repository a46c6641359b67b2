//! `gwsaudit setup`: what to make in Google's consoles, and what to paste where.

mod args;
mod model;
mod page;

use args::{GuideFormat, SetupTopic};
pub(super) use args::{SETUP_HELP, SetupArgs};

use super::Surroundings;
use super::args::Global;
use super::error::CliError;
use super::exit::Exit;
use super::judge::{choose_apps, choose_packs, needs};
use super::output::{Output, standard};
use super::setup::{Attestations, Setup};
use super::tenant::plan;
use crate::collect::Purpose;

/// The page for people, of which the terminal shows the part that says what to do.
const CANARIES: &str = include_str!("../../../docs/canaries.md");

pub(super) async fn run(args: &SetupArgs, global: &Global, surroundings: &Surroundings) -> Result<Exit, CliError> {
    match args.topic {
        Some(SetupTopic::Canaries) => {
            standard(|out| writeln!(out, "{}", section(CANARIES, "## Setting up").trim_end()))?;
            Ok(Exit::Clean)
        }
        None => audits(args, global, surroundings).await,
    }
}

async fn audits(args: &SetupArgs, global: &Global, surroundings: &Surroundings) -> Result<Exit, CliError> {
    let setup = Setup::find_with(global, surroundings, Attestations::LeaveAlone)?;
    let packs = choose_packs(&setup, &args.packs)?;
    let output = Output::open(args.output.as_deref())?;
    let apps = choose_apps(&setup, &packs, &[])?;
    let config = &setup.config;
    let plan = plan(config, Purpose::Audit, needs(&setup.registry, &packs), config.audit.scan, &apps);
    let found = super::credentials::look(&setup, surroundings).await;
    let guide = model::guide(config, &plan, &packs, &found);
    output.write(|out| match args.format {
        GuideFormat::Text => page::write(&guide, page::Syntax::Text, out),
        GuideFormat::Markdown => page::write(&guide, page::Syntax::Markdown, out),
        GuideFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &guide)?;
            out.write_all(b"\n")
        }
    })?;
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
