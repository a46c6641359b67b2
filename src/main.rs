//! The `gwsaudit` binary: arguments in, exit status out.

use std::process::ExitCode;

use clap::Parser as _;
use gwsaudit::cli::{Cli, Signals, Surroundings, run};

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Names and values that are not text cannot be ours.
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    run(cli, &Surroundings { environment, signals: Signals::default() }).into()
}
