//! Words that come with a colour and an icon. The word alone says it all.

use crate::domain::Severity;
use crate::report::model::{Certainty, Confidence, Outcome, Report, SourceStatus, Status};
use crate::report::page::Tone;

/// A word, and the class from which the style sheet takes colour and icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Label {
    /// Also the icon's name.
    pub(super) class: &'static str,
    pub(super) word: &'static str,
}

impl From<Status> for Label {
    fn from(status: Status) -> Self {
        match status {
            Status::Pass => Self { class: "pass", word: "Pass" },
            Status::Fail => Self { class: "fail", word: "Fail" },
            Status::Undetermined => Self { class: "undetermined", word: "Undetermined" },
            Status::NotApplicable => Self { class: "not_applicable", word: "Not applicable" },
            Status::Manual => Self { class: "manual", word: "Manual" },
            Status::Suppressed => Self { class: "suppressed", word: "Suppressed" },
        }
    }
}

impl From<Outcome> for Label {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Survives => Self { class: "pass", word: "Survives" },
            Outcome::Breaks => Self { class: "fail", word: "Breaks" },
            Outcome::Undetermined => Self { class: "undetermined", word: "Undetermined" },
        }
    }
}

impl From<SourceStatus> for Label {
    fn from(status: SourceStatus) -> Self {
        match status {
            SourceStatus::Complete => Self { class: "pass", word: "Complete" },
            SourceStatus::Partial => Self { class: "undetermined", word: "Read in part" },
            SourceStatus::Denied => Self { class: "fail", word: "Denied" },
            SourceStatus::Failed => Self { class: "fail", word: "Failed" },
            SourceStatus::Skipped => Self { class: "not_applicable", word: "Not asked" },
        }
    }
}

/// What comes first to a reader; a check ranks as the gravest of its results.
pub(super) fn rank(status: Status) -> u8 {
    match status {
        Status::Fail => 0,
        Status::Undetermined => 1,
        Status::Manual => 2,
        Status::Suppressed => 3,
        Status::Pass => 4,
        Status::NotApplicable => 5,
    }
}

/// The verdict's tone.
pub(super) fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain | Tone::Strong | Tone::Quiet => "plain",
        Tone::Bad => "bad",
        Tone::Doubt => "doubt",
        Tone::Good => "good",
    }
}

/// How well something is known, where that is worth a word.
pub(super) fn certainty(certainty: Certainty, conflict: bool) -> Label {
    match (conflict, certainty) {
        (true, _) => Label { class: "conflict", word: "evidence contradicts itself" },
        (false, Certainty::Proven) => Label { class: "proven", word: "proven" },
        (false, Certainty::Presumed) => Label { class: "presumed", word: "presumed" },
        (false, Certainty::Unknown) => Label { class: "unknown", word: "not known" },
    }
}

/// What a verdict rests on.
pub(super) fn confidence(confidence: Confidence) -> Label {
    match confidence {
        Confidence::Proven => Label { class: "proven", word: "proven" },
        Confidence::Presumed => Label { class: "presumed", word: "presumed" },
    }
}

/// Those that results of the report have, the gravest first.
pub(super) fn severities(report: &Report) -> Vec<Severity> {
    let occurs = |severity: &Severity| report.results.iter().any(|result| result.severity == *severity);
    Severity::ALL.into_iter().rev().filter(occurs).collect()
}
