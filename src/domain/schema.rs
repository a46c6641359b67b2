//! How the types of this stage stand in JSON Schemas of what the program writes.
//!
//! Names that come from Google are never refused for their looks, so their schemas are no stricter.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{AppId, CheckId, ClientId, Email, OrgUnitPath, PackId, Sha256};

/// Stands for a moment in schemas: the crate for time brings none of its own.
#[derive(Debug)]
pub struct Moment;

/// Stands for a day.
#[derive(Debug)]
pub struct Day;

impl JsonSchema for Moment {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date-time"})
    }
}

impl JsonSchema for Day {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date"})
    }
}

/// One line per type: what it is, and its pattern.
macro_rules! texts {
    ($($name:ident: $what:literal, $pattern:literal;)+) => {$(
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", "description": $what, "pattern": $pattern})
            }
        }
    )+};
}

texts! {
    AppId: "An app of the catalogue or the configuration.", "^[a-z0-9][a-z0-9.-]{0,63}$";
    CheckId: "A check.", "^[a-z0-9][a-z0-9.-]{0,63}$";
    PackId: "A pack of checks.", "^[a-z0-9][a-z0-9.-]{0,63}$";
    ClientId: "An OAuth client ID, opaque.", "^[\\s\\S]";
    Email: "An account's address, as Google sent it.", "^[\\s\\S]";
    OrgUnitPath: "An org unit's full path.", "^/";
    Sha256: "A SHA-256.", "^[0-9a-f]{64}$";
}
