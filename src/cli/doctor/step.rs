//! One thing that was tried, and what came of it.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::cli::exit::Exit;

/// What came of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    /// All is well.
    Ok,
    /// It will cost verdicts.
    Problem,
    /// It may cost verdicts, or is no good practice.
    Doubt,
    /// It was not tried.
    Skipped,
}

impl Status {
    pub(super) const ALL: [Self; 4] = [Self::Ok, Self::Problem, Self::Doubt, Self::Skipped];

    /// The word for people.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Problem => "problem",
            Self::Doubt => "doubt",
            Self::Skipped => "not tried",
        }
    }

    /// The word behind a number.
    pub(super) fn counted(self, count: usize) -> &'static str {
        match (self, count) {
            (Self::Problem, 2..) => "problems",
            (Self::Doubt, 2..) => "doubts",
            (Self::Ok | Self::Problem | Self::Doubt | Self::Skipped, _) => self.word(),
        }
    }
}

/// One thing that was tried.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Step {
    /// Stable, such as `scope.admin.directory.user.readonly`.
    pub(super) id: String,
    pub(super) title: String,
    pub(super) status: Status,
    pub(super) detail: String,
    /// What to do, in this order.
    pub(super) cure: Vec<String>,
    /// What was measured, by name.
    pub(super) measured: Map<String, Value>,
    /// Whether an audit would refuse to start for it.
    #[serde(skip)]
    pub(super) misused: bool,
}

impl Step {
    fn new(id: impl Into<String>, title: impl Into<String>, status: Status, detail: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            status,
            detail: detail.into(),
            cure: Vec::new(),
            measured: Map::new(),
            misused: false,
        }
    }

    pub(super) fn ok(id: impl Into<String>, title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(id, title, Status::Ok, detail)
    }

    pub(super) fn problem(id: impl Into<String>, title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(id, title, Status::Problem, detail)
    }

    pub(super) fn doubt(id: impl Into<String>, title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(id, title, Status::Doubt, detail)
    }

    /// `because` completes "not tried, because …".
    pub(super) fn skipped(id: impl Into<String>, title: impl Into<String>, because: impl AsRef<str>) -> Self {
        Self::new(id, title, Status::Skipped, format!("because {}", because.as_ref()))
    }

    /// One thing to do about it.
    pub(super) fn cure(mut self, cure: impl Into<String>) -> Self {
        self.cure.push(cure.into());
        self
    }

    pub(super) fn measure(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.measured.insert(name.to_owned(), value.into());
        self
    }

    /// An audit refuses to start for it: exit status 2.
    pub(super) fn misused(mut self) -> Self {
        self.misused = true;
        self
    }
}

/// What the steps amount to. `read` says whether anything of the tenant could be read.
pub(super) fn exit(steps: &[Step], read: bool) -> Exit {
    let any = |status| steps.iter().any(|step| step.status == status);
    if steps.iter().any(|step| step.misused) {
        Exit::Misused
    } else if !read {
        Exit::Impossible
    } else if any(Status::Problem) {
        Exit::Failed
    } else if any(Status::Doubt) || any(Status::Skipped) {
        Exit::Undetermined
    } else {
        Exit::Clean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_decides() {
        let step = |status| Step::new("x", "X", status, "");
        let of = |statuses: &[Status]| exit(&statuses.iter().copied().map(step).collect::<Vec<_>>(), true);
        assert_eq!(of(&[Status::Ok]), Exit::Clean);
        assert_eq!(of(&[Status::Ok, Status::Skipped]), Exit::Undetermined);
        assert_eq!(of(&[Status::Doubt, Status::Ok]), Exit::Undetermined);
        assert_eq!(of(&[Status::Doubt, Status::Problem]), Exit::Failed);
        assert_eq!(exit(&[step(Status::Problem)], false), Exit::Impossible);
        assert_eq!(exit(&[step(Status::Ok).misused()], false), Exit::Misused);
    }
}
