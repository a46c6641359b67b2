use std::sync::Arc;

use super::expression::{Expression, Reads};

/// A sentence with expressions in it: `POP is {settings.gmail.pop_access.enablePopAccess}.`
#[derive(Debug, Clone)]
pub struct Template {
    pub(super) text: Arc<str>,
    pub(super) parts: Vec<Part>,
    pub(super) reads: Reads,
}

#[derive(Debug, Clone)]
pub(super) enum Part {
    Words(String),
    Value(Expression),
}

impl Template {
    /// The sentence for the subject of a scope.
    #[must_use]
    pub fn render(&self, scope: &dyn super::Scope) -> String {
        todo!("{}", scope.root(super::Root::Now).truth().is_true())
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Everything that its expressions read.
    #[must_use]
    pub fn reads(&self) -> &Reads {
        &self.reads
    }
}
