//! The command line: arguments to stages, results to standard output, talk to standard error.

mod apps;
mod args;
mod attest;
mod audit;
mod canary;
mod checks;
mod collect;
mod credentials;
mod diagnose;
mod diff;
mod doctor;
mod error;
mod exit;
mod explain;
mod guide;
mod inputs;
mod judge;
mod output;
mod policy;
mod progress;
mod redaction;
mod schema;
mod service_account;
mod setup;
mod signals;
mod simulator;
mod talk;
mod tenant;
mod verify;
mod what_if;

use std::collections::BTreeMap;

pub use args::Cli;
pub use exit::Exit;
pub use signals::Signals;

use args::Command;
use talk::Talk;

/// What the process was given besides its arguments.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The environment.
    pub environment: BTreeMap<String, String>,
    /// Its signals.
    pub signals: Signals,
}

/// Runs the command and says how it ended.
#[must_use]
pub fn run(cli: Cli, surroundings: &Surroundings) -> Exit {
    if !may_read_a_tenant(&cli.command) {
        return perform(cli, surroundings);
    }
    let surroundings = surroundings.clone();
    let signals = surroundings.signals.clone();
    signals.until_ended(move || perform(cli, &surroundings))
}

/// Whether it may take so long that signals are listened to. The simulator does so itself.
fn may_read_a_tenant(command: &Command) -> bool {
    match command {
        Command::Audit(_)
        | Command::Collect(_)
        | Command::Attest(_)
        | Command::Canary(_)
        | Command::Explain(_)
        | Command::WhatIf(_)
        | Command::Diagnose(_)
        | Command::Doctor(_)
        | Command::Apps(_)
        | Command::Policy(_) => true,
        // Files alone are read, and nothing is written before all is judged.
        Command::Diff(_)
        | Command::Verify(_)
        | Command::Schema(_)
        | Command::Setup(_)
        | Command::Checks(_)
        | Command::Simulator(_)
        | Command::Completions(_) => false,
    }
}

fn perform(cli: Cli, surroundings: &Surroundings) -> Exit {
    let talk = Talk::new(&cli.global);
    talk::start_log(&cli.global);
    let outcome = match cli.command {
        Command::Audit(args) => with_runtime(audit::run(&args, &cli.global, surroundings, &talk)),
        Command::Collect(args) => with_runtime(collect::run(&args, &cli.global, surroundings, &talk)),
        Command::Attest(args) => with_runtime(attest::run(&args, &cli.global, surroundings, &talk)),
        Command::Canary(args) => with_runtime(canary::run(&args, &cli.global, surroundings, talk)),
        Command::Explain(args) => with_runtime(explain::run(&args, &cli.global, surroundings, &talk)),
        Command::WhatIf(args) => with_runtime(what_if::run(&args, &cli.global, surroundings, &talk)),
        Command::Diagnose(args) => with_runtime(diagnose::run(&args, &cli.global, surroundings, &talk)),
        Command::Diff(args) => diff::run(&args, &cli.global, surroundings, &talk),
        Command::Verify(args) => verify::run(&args, &cli.global, surroundings, &talk),
        Command::Schema(args) => schema::run(&args),
        Command::Setup(args) => with_runtime(guide::run(&args, &cli.global, surroundings)),
        Command::Doctor(args) => with_runtime(doctor::run(&args, &cli.global, surroundings)),
        Command::Apps(args) => with_runtime(apps::run(&args, &cli.global, surroundings, &talk)),
        Command::Checks(args) => checks::run(&args, &cli.global),
        Command::Policy(args) => with_runtime(policy::run(&args, &cli.global, surroundings, &talk)),
        Command::Simulator(args) => with_runtime(simulator::run(&args, &talk)),
        Command::Completions(args) => output::completions(&args),
    };
    let exit = match outcome {
        Ok(exit) => exit,
        Err(error) => {
            talk.error(&error);
            if let Some(advice) = error.advice() {
                talk.advice(&advice);
            }
            error.exit()
        }
    };
    // What a part of the tenant amounts to is not what the whole would.
    if surroundings.signals.interrupt().is_raised() { Exit::Interrupted } else { exit }
}

fn with_runtime<T>(work: impl Future<Output = Result<T, error::CliError>>) -> Result<T, error::CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|source| error::CliError::Output { what: "the worker threads' memory".to_owned(), source })?;
    let outcome = runtime.block_on(work);
    // Name look-ups that nobody waits for any more may take their time.
    runtime.shutdown_background();
    outcome
}
