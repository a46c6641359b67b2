//! The exit statuses: one table for the program, the help text, the README and the tests.

use std::process::ExitCode;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Nothing failed at or above `--fail-on`, and nothing that matters is undetermined.
    Clean,
    /// Something failed at or above it.
    Failed,
    /// The command line or the configuration is wrong.
    Misused,
    /// Nothing failed, but at least one result at or above `--fail-on` is undetermined.
    Undetermined,
    /// The audit could not run.
    Impossible,
    /// Somebody ended it: 128 and the number of SIGINT, as shells have it; for SIGTERM too.
    Interrupted,
}

impl Exit {
    /// All of them, by status.
    pub const ALL: [Self; 6] =
        [Self::Clean, Self::Failed, Self::Misused, Self::Undetermined, Self::Impossible, Self::Interrupted];

    /// The process's exit status.
    #[must_use]
    pub fn status(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Failed => 1,
            Self::Misused => 2,
            Self::Undetermined => 3,
            Self::Impossible => 4,
            Self::Interrupted => 130,
        }
    }

    /// What it means.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Clean => {
                "nothing failed at or above --fail-on (default: high), and nothing that matters is undetermined"
            }
            Self::Failed => "something failed at or above --fail-on",
            Self::Misused => "the command line or the configuration is wrong",
            Self::Undetermined => "nothing failed, but at least one result at or above --fail-on is undetermined",
            Self::Impossible => "the audit could not run (credentials, network, unreadable input)",
            Self::Interrupted => {
                "interrupted (Ctrl-C, SIGTERM); what audit and collect had read by then is judged or kept"
            }
        }
    }

    /// The table as help texts show it.
    #[must_use]
    pub fn table() -> String {
        let lines = Self::ALL.map(|exit| format!("  {}  {}", exit.status(), exit.meaning()));
        format!("Exit status:\n{}", lines.join("\n"))
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.status())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_distinct() {
        let statuses: std::collections::BTreeSet<u8> = Exit::ALL.into_iter().map(Exit::status).collect();
        assert_eq!(statuses.len(), Exit::ALL.len());
    }
}
