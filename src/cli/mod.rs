//! The command line: arguments to stages, results to standard output, talk to standard error.

mod apps;
mod args;
mod attest;
mod audit;
mod canary;
mod checks;
mod collect;
mod credentials;
mod diff;
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
mod setup;
mod simulator;
mod talk;
mod tenant;
mod verify;

use std::collections::BTreeMap;

pub use args::Cli;
pub use exit::Exit;

use args::Command;
use talk::Talk;

/// What the process was given besides its arguments.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The environment.
    pub environment: BTreeMap<String, String>,
}

/// Runs the command and says how it ended.
#[must_use]
pub fn run(cli: Cli, surroundings: &Surroundings) -> Exit {
    let talk = Talk::new(&cli.global);
    talk::start_log(&cli.global);
    let outcome = match cli.command {
        Command::Audit(args) => with_runtime(audit::run(&args, &cli.global, surroundings, &talk)),
        Command::Collect(args) => with_runtime(collect::run(&args, &cli.global, surroundings, &talk)),
        Command::Attest(args) => with_runtime(attest::run(&args, &cli.global, surroundings, &talk)),
        Command::Canary(args) => with_runtime(canary::run(&args, &cli.global, surroundings, talk)),
        Command::Explain(args) => with_runtime(explain::run(&args, &cli.global, surroundings, &talk)),
        Command::Diff(args) => diff::run(&args, &cli.global, surroundings, &talk),
        Command::Verify(args) => verify::run(&args, &cli.global, surroundings, &talk),
        Command::Schema(args) => schema::run(&args),
        Command::Setup(args) => guide::run(&args),
        Command::Apps(args) => with_runtime(apps::run(&args, &cli.global, surroundings, &talk)),
        Command::Checks(args) => checks::run(&args, &cli.global),
        Command::Policy(args) => with_runtime(policy::run(&args, &cli.global, surroundings, &talk)),
        Command::Simulator(args) => with_runtime(simulator::run(&args, &talk)),
        Command::Completions(args) => output::completions(&args),
    };
    match outcome {
        Ok(exit) => exit,
        Err(error) => {
            talk.error(&error);
            if let Some(advice) = error.advice() {
                talk.advice(&advice);
            }
            error.exit()
        }
    }
}

fn with_runtime<T>(work: impl Future<Output = Result<T, error::CliError>>) -> Result<T, error::CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|source| error::CliError::Output { what: "the worker threads' memory".to_owned(), source })?;
    runtime.block_on(work)
}
