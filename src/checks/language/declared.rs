use std::sync::Arc;

use super::example::Example;
use super::expression::Expression;
use super::schema::SubjectKind;
use super::template::Template;
use crate::domain::{CheckId, Hasher, PackId, Severity, Sha256};

/// A pack as its file declares it, with what it builds on already in it.
#[derive(Debug, Clone)]
pub struct PackFile {
    /// Its id.
    pub pack: PackId,
    /// In a few words.
    pub title: String,
    /// How references name the framework that it follows; `None` for a pack that follows none.
    pub framework: Option<String>,
    /// The file it stands in, as it was named.
    pub file: String,
    /// Its checks, in the order of the file; those of the pack that it extends come first.
    pub checks: Vec<Arc<Declared>>,
    /// What its file is: see [`Self::sha256_of`].
    pub sha256: Sha256,
}

impl PackFile {
    /// The SHA-256 of a pack's file; of one that builds on another, of its file with that one's SHA-256 after it.
    #[must_use]
    pub fn sha256_of(text: &str, base: Option<&Sha256>) -> Sha256 {
        let mut hasher = Hasher::default();
        hasher.update(text.as_bytes());
        if let Some(base) = base {
            hasher.update(base.as_str().as_bytes());
        }
        hasher.finish()
    }
}

/// A check as a pack declares it.
#[derive(Debug, Clone)]
pub struct Declared {
    /// Its id.
    pub id: CheckId,
    /// The pack it belongs to.
    pub pack: PackId,
    /// The framework's own id of the control; `None` for a check that has an `id` instead.
    pub control: Option<String>,
    /// In a few words.
    pub title: String,
    /// How much a failure matters.
    pub severity: Severity,
    /// The framework's own grading, as it writes it.
    pub level: Option<String>,
    /// What it is asked about.
    pub subject: SubjectKind,
    /// Why anybody should care.
    pub rationale: String,
    /// How it is judged.
    pub verdict: Verdict,
    /// When true, the question does not arise.
    pub not_applicable: Option<Expression>,
    /// Ids of sources that it rests on beyond those that its inputs imply.
    pub sources: Vec<String>,
    /// What to do about a failure.
    pub remediation: Cure,
    /// What it cannot see.
    pub limits: Option<String>,
    /// Where more can be read: the framework with the control first, where there is one.
    pub references: Vec<String>,
    /// Goals that collide with it.
    pub conflicts: Vec<Conflict>,
    /// Cases with their verdicts.
    pub examples: Vec<Example>,
    /// The file and the line where it is declared.
    pub declared_at: (String, usize),
}

/// How a check comes to its verdict.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// By a condition.
    Automated(Box<Automated>),
    /// By a person.
    Manual(Manual),
}

/// A condition and what is said where it fails.
#[derive(Debug, Clone)]
pub struct Automated {
    /// True: all is well.
    pub condition: Expression,
    /// One sentence about a failure.
    pub message: Template,
}

/// Why a person has to look, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manual {
    /// Why the program cannot.
    pub reason: String,
    /// What to look for on the page that the remediation names.
    pub look_for: String,
}

/// What to do about a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cure {
    /// The page, by its path through the console: `Apps > Google Workspace > Gmail`. `None` only where a person has to
    /// look somewhere else.
    pub console: Option<String>,
    /// Its address; a convenience, links are no documented interface.
    pub url: Option<String>,
    /// What to do there, in order.
    pub steps: Vec<String>,
}

/// Another check whose goal collides with a check's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The other one.
    pub check: CheckId,
    /// What following one costs the other.
    pub trade: String,
}

impl Declared {
    /// The condition; `None` where a person has to look.
    #[must_use]
    pub fn condition(&self) -> Option<&Expression> {
        match &self.verdict {
            Verdict::Automated(automated) => Some(&automated.condition),
            Verdict::Manual(_) => None,
        }
    }

    /// What it says about a failure; `None` where a person has to look.
    #[must_use]
    pub fn message(&self) -> Option<&Template> {
        match &self.verdict {
            Verdict::Automated(automated) => Some(&automated.message),
            Verdict::Manual(_) => None,
        }
    }

    /// What a person has to look for; `None` where a condition judges.
    #[must_use]
    pub fn manual(&self) -> Option<&Manual> {
        match &self.verdict {
            Verdict::Automated(_) => None,
            Verdict::Manual(manual) => Some(manual),
        }
    }
}
