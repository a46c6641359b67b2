//! Policies to effective settings: what is in force for whom, by the rules that Google documents.
//!
//! The Policy API gives only explicit policies; the value that the Admin console shows is a reduction of them (Cloud
//! Identity, "Policy API concepts"). It is done here, and what cannot be evaluated makes the setting unknown for the
//! entities that it could touch. Nothing is read here and nothing is judged.

mod setting_catalogue;
mod setting_spec;

pub use setting_catalogue::{CatalogueError, SettingCatalogue};
pub use setting_spec::{
    Absence, Completeness, DefaultSource, DefaultValue, EnumWords, FieldKind, FieldSpec, Reducer, ReducerSource,
    SettingSpec,
};
