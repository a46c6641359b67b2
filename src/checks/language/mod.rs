//! The language of packs: checks written in YAML, their conditions in CEL over typed inputs, with three-valued answers.
//!
//! A pack's file is read into places and texts, its expressions are parsed by the `cel` crate and type-checked against
//! the inputs that there are, and what comes out can only be evaluated. That crate's own evaluator is left out: it knows
//! true, false and errors, and nothing that is unknown.

mod declared;
mod evaluate;
mod example;
mod expression;
#[cfg_attr(not(test), expect(dead_code, reason = "the engine that evaluates conditions over these is still to come"))]
pub(crate) mod inputs;
mod node;
mod pack_file;
mod schema;
mod scope;
mod template;
mod types;
mod value;

pub use declared::{Conflict, Cure, Declared, Manual, PackFile, Verdict};
pub use example::{
    DnsAnswer, DomainKind, Example, ExampleDomain, ExampleGrant, ExampleGroup, ExampleSession, ExampleSubject,
    ExampleUser, Fields, LicensedSetting, ListSetting, LogEvent, LogEventKind, SsoAssignment, SsoTarget, TrustedApp,
};
pub use expression::{Expression, ExpressionError, Reads};
pub use pack_file::{Excerpt, PackError, PackErrors, load_builtin, load_dir};
pub use schema::{Root, Schema, SettingShape, SettingTypes, SubjectKind};
pub use scope::Scope;
pub use template::Template;
pub use types::{EnumType, Openness, RecordType, Type};
pub use value::{Datum, Val};
