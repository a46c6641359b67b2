//! `gwsaudit simulator`

use std::path::Path;

use super::args::SimulatorArgs;
use super::error::CliError;
use super::exit::Exit;
use super::output::standard;
use super::setup::read;
use super::talk::Talk;
use super::tenant::now;
use crate::simulator::{Offset, Scenario, Simulator, SimulatorOptions, Speed};

/// A built-in scenario by name, else a scenario file.
pub(super) fn find_scenario(name: &str) -> Result<Scenario, CliError> {
    if let Some(scenario) = Scenario::builtin(name) {
        return Ok(scenario);
    }
    let path = Path::new(name);
    if !path.exists() {
        let known: Vec<&str> = Scenario::builtin_names().collect();
        return Err(CliError::Usage(format!(
            "there is no scenario {name:?}: neither a file nor one of {}",
            known.join(", ")
        )));
    }
    let text = read("the scenario", path, Exit::Misused)?;
    Scenario::from_toml(&text).map_err(|source| CliError::Scenario { name: name.to_owned(), source })
}

/// What the help text says besides the options.
pub(super) fn after_help() -> String {
    format!(
        "While it runs, processes of this machine can move its clock on and order trouble; the paths are
the simulator's own, none of Google's:
  curl -X POST 'http://127.0.0.1:8080/simulator/advance?by=6h'
  curl -X POST http://127.0.0.1:8080/simulator/faults --data-binary @faults.toml
A plan of faults is a list of [[fault]] tables as in a scenario, or their JSON; it replaces the one
in force. GET shows it, with how many requests each fault has seen and hit; DELETE ends it. A fault
has an endpoint (a name from `sources` of a report, or token) or a path that requests start with,
after (so many pass first), times (so many are hit then), delay_ms, and a kind:
{}\n\n{}",
        textwrap::fill(
            &crate::simulator::fault_kinds().join(", "),
            textwrap::Options::new(96).initial_indent("  ").subsequent_indent("  ")
        ),
        scenario_table()
    )
}

fn scenario_table() -> String {
    let entries = Scenario::builtin_names().filter_map(|name| {
        let scenario = Scenario::builtin(name)?;
        let options = textwrap::Options::new(96).initial_indent("      ").subsequent_indent("      ");
        Some(format!("  {name}\n{}", textwrap::fill(scenario.about().trim(), options)))
    });
    format!("Built-in scenarios:\n{}", entries.collect::<Vec<_>>().join("\n"))
}

pub(super) async fn run(args: &SimulatorArgs, talk: &Talk) -> Result<Exit, CliError> {
    let scenario = find_scenario(&args.scenario)?;
    // Not to the second: the present stays the present.
    let now = (args.start != Offset::ZERO).then(|| args.start.from(now()));
    let options = SimulatorOptions { now, speed: Speed::from(args.speed), ..SimulatorOptions::default() };
    let running = Simulator::start(scenario, args.listen, options).await?;
    std::fs::create_dir_all(&args.dir)
        .map_err(|source| CliError::Output { what: args.dir.display().to_string(), source })?;
    let files = running.write_files(&args.dir)?;
    standard(|out| {
        writeln!(out, "listening on {}", running.base_url())?;
        writeln!(out, "key file:      {}", files.key.display())?;
        writeln!(out, "configuration: {}", files.config.display())?;
        if let Some(attestations) = &files.attestations {
            writeln!(out, "attestations:  {}", attestations.display())?;
        }
        for client in &files.clients {
            writeln!(out, "client:        {}", client.display())?;
        }
        for credential in &files.keyless {
            writeln!(out, "credential:    {}", credential.display())?;
        }
        writeln!(out, "try:           gwsaudit audit --config {}", files.config.display())
    })?;
    wait_for_the_end(talk).await;
    running.shutdown().await;
    Ok(Exit::Clean)
}

#[cfg(unix)]
async fn wait_for_the_end(talk: &Talk) {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(error) => {
            talk.warning(&format!("SIGTERM cannot be waited for: {error}"));
            drop(tokio::signal::ctrl_c().await);
        }
    }
}

#[cfg(not(unix))]
async fn wait_for_the_end(_talk: &Talk) {
    drop(tokio::signal::ctrl_c().await);
}
