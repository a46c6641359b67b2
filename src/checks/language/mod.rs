//! The language of packs: checks written in YAML, their conditions in CEL over typed inputs, with three-valued answers.
//!
//! A pack's file is read into places and texts, its expressions are parsed by the `cel` crate and type-checked against
//! the inputs that there are, and what comes out can only be evaluated. That crate's own evaluator is left out: it knows
//! true, false and errors, and nothing that is unknown.

mod compare;
mod compile;
mod comprehension;
mod declared;
mod evaluate;
#[cfg(test)]
mod evaluate_tests;
mod example;
mod example_text;
mod expression;
#[cfg(test)]
mod expression_tests;
#[cfg(test)]
mod fake;
mod fields;
mod functions;
pub(crate) mod inputs;
#[cfg(test)]
mod law_tests;
mod moment;
mod nearest;
mod node;
mod pack_file;
#[cfg(test)]
mod pack_file_tests;
mod parse;
mod raw;
mod schema;
mod scope;
mod setting;
mod shapes;
mod source;
mod template;
#[cfg(test)]
mod template_tests;
mod tree;
mod types;
mod value;

pub use declared::{Automated, Conflict, Cure, Declared, Manual, PackFile, Verdict};
pub use example::{
    DnsAnswer, DomainKind, Example, ExampleDomain, ExampleGrant, ExampleGroup, ExampleSession, ExampleSubject,
    ExampleUser, Fields, LicensedSetting, ListSetting, LogEvent, LogEventKind, SsoAssignment, SsoTarget, TrustedApp,
};
pub use expression::{Expression, ExpressionError, Reads};
pub use functions::FUNCTIONS;
pub use pack_file::{load_builtin, load_dir};
pub use schema::{Root, Schema, SettingShape, SettingTypes, SubjectKind};
pub use scope::Scope;
pub use source::{Excerpt, PackError, PackErrors};
pub use template::Template;
pub use types::{EnumType, Openness, RecordType, Type};
pub use value::{Datum, Val};
