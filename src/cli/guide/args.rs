//! The command line of `gwsaudit setup`. Types only.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::domain::PackId;

/// How the help of `gwsaudit setup` ends.
pub(in crate::cli) const SETUP_HELP: &str = "\
Without a topic: the APIs to enable, the client ID and the scopes to delegate, the administrator's
role, roles in Google Cloud, and a configuration, for the service account that is configured; where
there is none yet, how to make one. Google is asked nothing; the machine's metadata server is, where
no other credentials are set.

Examples:
  gwsaudit setup
  gwsaudit setup --pack cis-gws-1.3 --pack okta-workflows-gmail
  gwsaudit setup --format markdown -o setup.md
  gwsaudit setup --format json | jq -r .delegation.scope_list
  gwsaudit setup canaries";

/// `gwsaudit setup`
#[derive(Debug, Args)]
pub struct SetupArgs {
    /// For what [default: for audits]
    #[arg(value_name = "TOPIC", conflicts_with_all = ["packs", "format", "output"])]
    pub topic: Option<SetupTopic>,
    /// For this pack [default: those of the configuration, else okta-workflows-gmail]
    #[arg(long = "pack", value_name = "ID")]
    pub packs: Vec<PackId>,
    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: GuideFormat,
    /// Where it goes [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// How a guide is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GuideFormat {
    /// For a terminal.
    Text,
    /// For a page.
    Markdown,
    /// For programs.
    Json,
}

/// What is to be set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SetupTopic {
    /// Two desktop clients and a user without any rights, for `gwsaudit canary`
    Canaries,
}
