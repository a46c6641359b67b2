use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::compile::Compiler;
use super::node::Node;
use super::parse::{on_a_large_stack, parse};
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
    /// Fields of these other inputs: `tenant.domains`.
    pub fields: BTreeSet<(Root, Arc<str>)>,
    /// Settings that it looks up in the log by a literal name: `log.settings["…"]`.
    pub log_settings: BTreeSet<Arc<str>>,
    /// Events that it looks up in the log by a literal name: `log.last["…"]`.
    pub log_events: BTreeSet<Arc<str>>,
}

impl Reads {
    /// Takes in what another one names.
    pub(super) fn merge(&mut self, other: &Self) {
        self.settings.extend(other.settings.iter().cloned());
        self.roots.extend(other.roots.iter().copied());
        self.fields.extend(other.fields.iter().cloned());
        self.log_settings.extend(other.log_settings.iter().cloned());
        self.log_events.extend(other.log_events.iter().cloned());
    }
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
        on_a_large_stack(|| Self::compile(text, Some(&Type::Bool), schema))
    }

    /// An expression of any type.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, in the order of the text.
    pub fn any(text: &str, schema: Schema<'_>) -> Result<Self, Vec<ExpressionError>> {
        on_a_large_stack(|| Self::compile(text, None, schema))
    }

    /// An expression of a wanted type. Only to be called on [`on_a_large_stack`]: a pack has hundreds of expressions, and
    /// one thread will do for all.
    pub(super) fn compile(text: &str, wanted: Option<&Type>, schema: Schema<'_>) -> Result<Self, Vec<ExpressionError>> {
        let (tree, info) = parse(text)?;
        let mut compiler = Compiler::new(schema, text, &info);
        let typed = match wanted {
            Some(wanted) => match compiler.part(&tree) {
                Some(typed) if typed.of.is(wanted) => Some(typed),
                Some(typed) => compiler.fault(&tree, format!("this must be {wanted}, and it is {}", typed.of)),
                None => None,
            },
            None => compiler.part(&tree),
        };
        let Compiler { reads, mut errors, .. } = compiler;
        match typed {
            Some(typed) if errors.is_empty() => Ok(Self { text: text.into(), node: typed.node, of: typed.of, reads }),
            Some(_) | None => {
                errors.sort_by_key(|error| error.range.start);
                Err(errors)
            }
        }
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
