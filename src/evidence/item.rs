use jiff::Timestamp;

use crate::snapshot::SourceId;

/// Where a piece of evidence comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// An administrator wrote down what the console showed.
    Attestation,
    /// The console's own list of configured apps, as downloaded.
    ConfiguredApps,
    /// The operator's configuration says so.
    Configuration,
    /// Nobody said so: it is supposed, to see what would follow.
    Supposition,
    /// Google said so.
    Google(SourceId),
}

impl Source {
    /// The word used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Attestation => "attestation",
            Self::ConfiguredApps => "configured-apps-csv",
            Self::Configuration => "configuration",
            Self::Supposition => "what-if",
            Self::Google(id) => id.as_str(),
        }
    }
}

/// Something observed or attested: a source, a time, a place to look it up, and what it says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Item {
    /// When it was so; `None` for what was read at the time of the audit.
    pub at: Option<Timestamp>,
    /// Where it comes from.
    pub source: Source,
    /// `uniqueQualifier=…`, `attestations.toml:12`, …
    pub locator: String,
    /// What it says, in a sentence.
    pub says: String,
    /// Who did or saw it, as the log or the statement names them; `None` where nobody did.
    pub actor: Option<String>,
}
