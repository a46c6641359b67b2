//! The report's words for settings and how well they are known: closed sets, written and read through one table each.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One line per word: its doc, its variant, the word in the report.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// The word used in reports.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", "enum": [$($word),+]})
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                match String::deserialize(deserializer)?.as_str() {
                    $($word => Ok(Self::$variant),)+
                    other => Err(D::Error::unknown_variant(other, &[$($word),+])),
                }
            }
        }
    )+};
}

words! {
    /// What the user of a connection may administer: such a connection acts with an administrator's eyes.
    Administration {
        /// Everything: a super administrator.
        Everything = "super_admin",
        /// What its roles say.
        ByRole = "delegated_admin",
        /// Nothing.
        Nothing = "none",
        /// The directory does not say.
        Unknown = "unknown",
    }

    /// Whether users must reauthenticate.
    ReauthState {
        /// After each session length.
        Required = "required",
        /// Never.
        NotRequired = "not_required",
        /// The evidence does not say.
        Unknown = "unknown",
    }

    /// How reauthentication is done.
    SessionMethod {
        /// By password.
        Password = "password",
        /// By security key.
        SecurityKey = "security_key",
        /// The evidence does not say.
        Unknown = "unknown",
    }

    /// Whether *Exempt trusted apps* is ticked.
    Exemption {
        /// Ticked.
        Yes = "yes",
        /// Not ticked.
        No = "no",
        /// The evidence does not say.
        Unknown = "unknown",
    }

    /// An app's access level.
    AccessLevel {
        /// Trusted.
        Trusted = "trusted",
        /// Limited.
        Limited = "limited",
        /// Specific Google data. Not Trusted.
        SpecificData = "specific_data",
        /// Blocked.
        Blocked = "blocked",
        /// On no list.
        Unconfigured = "unconfigured",
        /// The evidence does not say.
        Unknown = "unknown",
    }

    /// What sets a user's session with a client.
    SessionSetter {
        /// The console's page, for the user's org unit.
        Console = "console",
        /// A binding of Access Context Manager, which takes precedence.
        Binding = "binding",
        /// The evidence does not say.
        Unknown = "unknown",
    }

    /// How well a setting is known.
    Certainty {
        /// Evidence proves it.
        Proven = "proven",
        /// Evidence suggests it.
        Presumed = "presumed",
        /// Neither, or the evidence contradicts itself.
        Unknown = "unknown",
    }
}
