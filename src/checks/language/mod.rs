//! The language of packs: checks written in YAML, their conditions in CEL over typed inputs, with three-valued answers.

mod value;

pub use value::{Datum, Val};
