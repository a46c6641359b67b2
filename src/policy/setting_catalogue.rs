use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use super::setting_spec::{
    Absence, Completeness, DefaultSource, DefaultValue, EnumWords, FieldKind, FieldSpec, Reducer, ReducerSource,
    SettingSpec,
};
use crate::domain::SettingType;

/// What is known of all types of settings.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingCatalogue {
    specs: BTreeMap<SettingType, SettingSpec>,
}

/// A catalogue does not say what it must. For the one that is built in, ours to fix.
#[derive(Debug, Error)]
pub enum CatalogueError {
    /// It is no YAML of that shape.
    #[error("the catalogue of settings cannot be read")]
    Unreadable(#[source] Box<serde_saphyr::Error>),
    /// A type contradicts itself.
    #[error("{setting}: {what}")]
    Contradiction {
        /// The type.
        setting: SettingType,
        /// What is wrong with it.
        what: String,
    },
}

impl SettingCatalogue {
    /// The catalogue that comes with the program, `config/settings.yaml`.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static BUILTIN: LazyLock<SettingCatalogue> = LazyLock::new(|| {
            SettingCatalogue::parse(include_str!("../../config/settings.yaml")).expect("a test reads it")
        });
        &BUILTIN
    }

    /// Reads one that is written as `config/settings.yaml` is.
    ///
    /// # Errors
    /// [`CatalogueError`] where it is of another shape or contradicts itself.
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        let file: File = serde_saphyr::from_str(text).map_err(|error| CatalogueError::Unreadable(Box::new(error)))?;
        let specs = file.settings.into_iter().map(|(setting, raw)| {
            let spec = raw.valid(&setting);
            let spec = spec.map_err(|what| CatalogueError::Contradiction { setting: setting.clone(), what })?;
            Ok((setting, spec))
        });
        Ok(Self { specs: specs.collect::<Result<_, _>>()? })
    }

    /// What is known of that type.
    #[must_use]
    pub fn get(&self, setting: &SettingType) -> Option<&SettingSpec> {
        self.specs.get(setting)
    }

    /// All types, by name.
    pub fn iter(&self) -> impl Iterator<Item = &SettingSpec> {
        self.specs.values()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    settings: BTreeMap<SettingType, RawSetting>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSetting {
    console: String,
    reducer: RawReducer,
    reducer_source: RawReducerSource,
    reducer_key: Option<String>,
    absent: Option<RawAbsence>,
    #[serde(default)]
    aliases: Vec<SettingType>,
    note: Option<String>,
    fields: Vec<RawField>,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "snake_case")]
enum RawReducer {
    Max,
    Merge,
    MaxMap,
    MergeMap,
    List,
    Unknown,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum RawReducerSource {
    GoogleDocs,
    Scubagoggles,
    ScubagogglesDefault,
    OtherOss,
    Unknown,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawAbsence {
    Empty,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "snake_case")]
enum RawKind {
    Bool,
    Int,
    Text,
    Enum,
    Duration,
    Timestamp,
    List,
    Object,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawField {
    name: String,
    #[serde(rename = "type")]
    kind: RawKind,
    #[serde(default, rename = "enum")]
    words: Vec<String>,
    #[serde(default)]
    enum_legacy: Vec<String>,
    #[serde(default)]
    enum_observed: Vec<String>,
    #[serde(default)]
    enum_partial: bool,
    default: Option<RawDefault>,
    console_default: Option<Value>,
    item: Option<RawKind>,
    #[serde(default)]
    item_fields: Vec<Self>,
    #[serde(default)]
    unverified: Vec<String>,
    absent: Option<Value>,
    #[serde(default)]
    meaning: BTreeMap<String, String>,
    #[serde(default)]
    values_seen: Vec<String>,
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDefault {
    value: Value,
    source: RawDefaultSource,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RawDefaultSource {
    GoogleDocsViaScubagoggles,
    ScubagogglesAssumed,
}

impl RawSetting {
    fn valid(self, setting: &SettingType) -> Result<SettingSpec, String> {
        let reducer = match (self.reducer, self.reducer_key) {
            (RawReducer::Max, None) => Reducer::Max,
            (RawReducer::Merge, None) => Reducer::Merge,
            (RawReducer::MaxMap, Some(key)) => Reducer::MaxMap { key },
            (RawReducer::MergeMap, Some(key)) => Reducer::MergeMap { key },
            (RawReducer::List, None) => Reducer::List,
            (RawReducer::Unknown, None) => Reducer::Unknown,
            (RawReducer::MaxMap | RawReducer::MergeMap, None) => return Err("its reducer needs a key".to_owned()),
            (RawReducer::Max | RawReducer::Merge | RawReducer::List | RawReducer::Unknown, Some(_)) => {
                return Err("its reducer takes no key".to_owned());
            }
        };
        let fields = fields(self.fields)?;
        if let Reducer::MaxMap { key } | Reducer::MergeMap { key } = &reducer
            && !fields.iter().any(|field| field.entries().iter().any(|it| it.name == *key))
        {
            return Err(format!("none of its lists has entries with the key {key}"));
        }
        Ok(SettingSpec {
            setting: setting.clone(),
            console: self.console,
            reducer,
            reducer_source: match self.reducer_source {
                RawReducerSource::GoogleDocs => ReducerSource::GoogleDocs,
                RawReducerSource::Scubagoggles => ReducerSource::ScubaGoggles,
                RawReducerSource::ScubagogglesDefault => ReducerSource::ScubaGogglesDefault,
                RawReducerSource::OtherOss => ReducerSource::Other,
                RawReducerSource::Unknown => ReducerSource::Unknown,
            },
            absence: match self.absent {
                None => Absence::Unknown,
                Some(RawAbsence::Empty) if fields.iter().any(|field| matches!(field.kind, FieldKind::List(_))) => {
                    Absence::Empty
                }
                Some(RawAbsence::Empty) => return Err("it has no list that could be empty".to_owned()),
            },
            fields,
            aliases: self.aliases,
            note: self.note,
        })
    }
}

/// All of one record, no name twice.
fn fields(raw: Vec<RawField>) -> Result<Vec<FieldSpec>, String> {
    let mut fields: Vec<FieldSpec> = Vec::with_capacity(raw.len());
    for raw in raw {
        let field = raw.valid()?;
        if fields.iter().any(|other| other.name == field.name) {
            return Err(format!("{} stands there twice", field.name));
        }
        fields.push(field);
    }
    Ok(fields)
}

impl RawField {
    fn valid(self) -> Result<FieldSpec, String> {
        let name = self.name;
        let fault = |what: &str| Err(format!("{name}: {what}"));
        if (self.kind == RawKind::Enum) == self.words.is_empty() {
            return fault("an enum, and nothing else, has words");
        }
        if (self.kind == RawKind::List) == self.item.is_none() {
            return fault("a list, and nothing else, has items");
        }
        let item_fields = fields(self.item_fields)?;
        let kind = match self.kind {
            RawKind::Enum => FieldKind::Enum(EnumWords {
                current: self.words,
                legacy: self.enum_legacy,
                observed: self.enum_observed,
                completeness: if self.enum_partial { Completeness::Partial } else { Completeness::Whole },
            }),
            RawKind::List => FieldKind::List(Box::new(match self.item {
                Some(RawKind::Object) if !item_fields.is_empty() => FieldKind::Record(item_fields),
                Some(kind) => kind.plain(),
                None => FieldKind::Opaque,
            })),
            RawKind::Bool | RawKind::Int | RawKind::Text | RawKind::Duration | RawKind::Timestamp | RawKind::Object => {
                self.kind.plain()
            }
        };
        let field = FieldSpec {
            kind,
            default: self.default.map(|raw| DefaultValue {
                value: raw.value,
                source: match raw.source {
                    RawDefaultSource::GoogleDocsViaScubagoggles => DefaultSource::GoogleDocs,
                    RawDefaultSource::ScubagogglesAssumed => DefaultSource::Assumed,
                },
            }),
            console_default: self.console_default,
            unverified: self.unverified,
            absent: self.absent,
            meaning: self.meaning,
            values_seen: self.values_seen,
            note: self.note,
            name,
        };
        let values = field.default.iter().map(|it| &it.value).chain(&field.console_default).chain(&field.absent);
        for value in values {
            field.read(value)?;
        }
        Ok(field)
    }
}

impl RawKind {
    fn plain(self) -> FieldKind {
        match self {
            Self::Bool => FieldKind::Bool,
            Self::Int => FieldKind::Int,
            Self::Text => FieldKind::Text,
            Self::Duration => FieldKind::Duration,
            Self::Timestamp => FieldKind::Timestamp,
            Self::Enum | Self::List | Self::Object => FieldKind::Opaque,
        }
    }
}

impl FieldSpec {
    /// The fields of its entries, if it is a list of records.
    pub(super) fn entries(&self) -> &[Self] {
        match &self.kind {
            FieldKind::List(item) => match item.as_ref() {
                FieldKind::Record(fields) => fields,
                FieldKind::Bool
                | FieldKind::Int
                | FieldKind::Text
                | FieldKind::Enum(_)
                | FieldKind::Duration
                | FieldKind::Timestamp
                | FieldKind::List(_)
                | FieldKind::Opaque => &[],
            },
            FieldKind::Bool
            | FieldKind::Int
            | FieldKind::Text
            | FieldKind::Enum(_)
            | FieldKind::Duration
            | FieldKind::Timestamp
            | FieldKind::Record(_)
            | FieldKind::Opaque => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    fn spec(setting: &str) -> &'static SettingSpec {
        SettingCatalogue::builtin().get(&setting.parse().unwrap()).unwrap()
    }

    #[test]
    fn the_built_in_catalogue_holds_what_it_should() {
        let catalogue = SettingCatalogue::parse(include_str!("../../config/settings.yaml")).unwrap();
        assert_eq!(catalogue.iter().count(), 198);
        let ending = |end: &str| catalogue.iter().filter(|spec| spec.setting.as_str().ends_with(end)).count();
        assert_eq!((ending(".service_status"), ending(".user_takeout")), (81, 9));
        let documented = catalogue.iter().filter(|spec| spec.reducer_source == ReducerSource::GoogleDocs).count();
        assert_eq!(documented, 18, "the rows of Google's table of reducers that were read");
        let defaults = catalogue.iter().flat_map(|spec| &spec.fields).filter(|field| field.default.is_some()).count();
        assert_eq!(defaults, 45);
        let empty: BTreeSet<&str> =
            catalogue.iter().filter(|spec| spec.absence == Absence::Empty).map(|spec| spec.setting.as_str()).collect();
        let wanted = [
            "api_controls.google_services",
            "gmail.attachment_compliance",
            "gmail.blocked_sender_lists",
            "gmail.content_compliance",
            "gmail.email_address_lists",
            "gmail.email_spam_filter_ip_allowlist",
            "gmail.objectionable_content",
            "gmail.restrict_delivery",
            "gmail.rule_states",
            "gmail.spam_override_lists",
            "workspace_marketplace.apps_allowlist",
        ];
        assert_eq!(empty, BTreeSet::from(wanted));
    }

    #[test]
    fn facts_of_some_types() {
        assert_eq!(spec("gmail.rule_states").reducer, Reducer::MaxMap { key: "ruleId".to_owned() });
        assert_eq!(spec("chat.chat_history").reducer, Reducer::Merge);
        assert_eq!(spec("rule.dlp").reducer, Reducer::List);
        let external = spec("drive_and_docs.external_sharing");
        assert_eq!(external.field("externalSharingMode").unwrap().documented_default(), Some(&json!("ALLOWED")));
        let enforced = spec("security.two_step_verification_enforcement").field("enforcedFrom").unwrap();
        assert_eq!(enforced.documented_default(), None);
        assert_eq!(enforced.assumed_default(), Some(&json!("1970-01-01T00:00:00Z")));
        let session = spec("security.session_controls").field("webSessionDuration").unwrap();
        assert!(session.read(&json!("0s")).unwrap_err().contains("verified"));
        assert!(session.read(&json!("43200s")).is_ok());
        let unconfigured = spec("api_controls.unconfigured_third_party_apps").field("accessLevel").unwrap();
        assert!(unconfigured.read(&json!("BLOCK_ALL_SCOPES")).is_ok());
        assert!(unconfigured.read(&json!("UNSPECIFIED_UBER_BLOCK")).is_err());
        assert!(unconfigured.read(&json!("BLOCK_SOME")).unwrap_err().contains("BLOCK_SOME"));
    }

    #[test]
    fn booleans_that_a_spam_rule_leaves_out_are_false() {
        let field = spec("gmail.spam_override_lists").field("spamOverride").unwrap();
        let read = field.read(&json!([{"ruleId": "r", "bypassInternalSenders": true}])).unwrap();
        assert_eq!(read[0]["bypassInternalSenders"], json!(true));
        assert_eq!(read[0]["bypassSelectedSenders"], json!(false));
        assert_eq!(read[0].get("bypassSenderAllowlist"), None);
    }

    #[test]
    fn a_catalogue_that_contradicts_itself_is_refused() {
        let one = |rest: &str| format!("settings:\n  a.b:\n    console: C\n    reducer_source: unknown\n{rest}");
        for (bad, what) in [
            ("    reducer: max_map\n    fields: []\n", "key"),
            ("    reducer: max\n    fields: [{name: f, type: enum}]\n", "words"),
            ("    reducer: max\n    fields: [{name: f, type: bool}, {name: f, type: bool}]\n", "twice"),
            ("    reducer: max\n    absent: empty\n    fields: [{name: f, type: bool}]\n", "no list"),
            (
                "    reducer: max\n    fields: [{name: f, type: int, default: {value: x, source: scubagoggles-assumed}}]\n",
                "whole number",
            ),
        ] {
            let error = SettingCatalogue::parse(&one(bad)).unwrap_err();
            assert!(error.to_string().contains(what), "{error}");
        }
        assert!(SettingCatalogue::parse(&one("    reducer: max\n    fields: []\n    colour: red\n")).is_err());
    }
}
