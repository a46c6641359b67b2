//! JSON Schemas of what the program writes, derived from the models.
//!
//! They describe what this version writes: every key that is always there is required, closed sets of words are listed.
//! Other keys are allowed, as readers have to ignore those that they do not know. An older report may lack later keys.

use std::fmt;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::diff::Diff;
use super::model::Report;
use super::verify::Verification;

/// What there is a schema of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// `gwsaudit audit --format json`
    Report,
    /// `gwsaudit diff --format json`
    Diff,
    /// `gwsaudit verify --format json`
    Verification,
}

impl Document {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Report, Self::Diff, Self::Verification];

    /// The word on the command line; also the name of its file under `docs/schema/`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Diff => "diff",
            Self::Verification => "verification",
        }
    }

    /// The word in `"schema"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Report => super::model::SCHEMA,
            Self::Diff => super::diff::SCHEMA,
            Self::Verification => super::verify::SCHEMA,
        }
    }

    /// The schema.
    #[must_use]
    pub fn schema(self) -> Value {
        let mut schema = match self {
            Self::Report => of::<Report>(),
            Self::Diff => of::<Diff>(),
            Self::Verification => of::<Verification>(),
        };
        schema["title"] = self.name().into();
        if let Some(word) = schema.pointer_mut("/properties/schema") {
            *word = serde_json::json!({"const": self.name()});
        }
        schema
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<T>().to_value()
}
