use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::node::Node;
use super::schema::{Root, Schema};
use super::types::Type;
use crate::domain::SettingType;

/// An expression of a pack, type-checked.
#[derive(Clone)]
pub struct Expression {
    pub(super) text: Arc<str>,
    pub(super) node: Node,
    pub(super) of: Type,
    pub(super) reads: Reads,
}

/// The inputs that an expression names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads {
    /// Types of settings.
    pub settings: BTreeSet<SettingType>,
    /// Other inputs, and [`Root::Settings`] where there is a setting.
    pub roots: BTreeSet<Root>,
    /// Settings that it looks up in the log by a literal name: `log.settings["…"]`.
    pub log_settings: BTreeSet<Arc<str>>,
    /// Events that it looks up in the log by a literal name: `log.last["…"]`.
    pub log_events: BTreeSet<Arc<str>>,
}

/// Something is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionError {
    /// Where, in bytes of the expression.
    pub range: Range<usize>,
    /// What, and what would be right.
    pub message: String,
}

impl Expression {
    /// An expression that must be a `bool`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, in the order of the text.
    pub fn condition(text: &str, schema: Schema<'_>) -> Result<Self, Vec<ExpressionError>> {
        todo!("{text} {schema:?}")
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The type of its value.
    #[must_use]
    pub fn value_type(&self) -> &Type {
        &self.of
    }

    /// Everything that it reads.
    #[must_use]
    pub fn reads(&self) -> &Reads {
        &self.reads
    }

    /// The types of settings that it reads.
    #[must_use]
    pub fn settings(&self) -> &BTreeSet<SettingType> {
        &self.reads.settings
    }

    /// The inputs that it reads.
    #[must_use]
    pub fn roots(&self) -> &BTreeSet<Root> {
        &self.reads.roots
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.text).finish()
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
