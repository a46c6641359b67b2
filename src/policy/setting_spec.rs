use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::domain::SettingType;

/// What is known of one type of setting.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingSpec {
    /// Its type.
    pub setting: SettingType,
    /// Where the Admin console shows it.
    pub console: String,
    /// How its policies become one value.
    pub reducer: Reducer,
    /// Who says so.
    pub reducer_source: ReducerSource,
    /// Its fields, in the order of the catalogue.
    pub fields: Vec<FieldSpec>,
    /// What it means that no policy sets it.
    pub absence: Absence,
    /// Names that Google's documents use for it and the API does not.
    pub aliases: Vec<SettingType>,
    /// What else a reader should know.
    pub note: Option<String>,
}

impl SettingSpec {
    /// The field of that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldSpec> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// One field of a setting, or of the entries of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldSpec {
    /// As in the JSON, camelCase.
    pub name: String,
    /// What values it takes.
    pub kind: FieldKind,
    /// What it is where no policy sets it, as far as anybody says.
    pub default: Option<DefaultValue>,
    /// What a new tenant's console shows, as CIS words it. No promise of the API: it decides nothing.
    pub console_default: Option<Value>,
    /// Values whose meaning nobody has verified: they decide nothing.
    pub unverified: Vec<String>,
    /// For a field of a list's entries: what an entry without it means.
    pub absent: Option<Value>,
    /// What values mean, where that is not plain.
    pub meaning: BTreeMap<String, String>,
    /// Values that were seen, of a field without a fixed set.
    pub values_seen: Vec<String>,
    /// What else a reader should know.
    pub note: Option<String>,
}

impl FieldSpec {
    /// The default that Google documents.
    #[must_use]
    pub fn documented_default(&self) -> Option<&Value> {
        self.default.as_ref().filter(|it| it.source == DefaultSource::GoogleDocs).map(|it| &it.value)
    }

    /// The default that somebody assumes and Google does not document.
    #[must_use]
    pub fn assumed_default(&self) -> Option<&Value> {
        self.default.as_ref().filter(|it| it.source == DefaultSource::Assumed).map(|it| &it.value)
    }
}

/// What values a field takes.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldKind {
    /// `true` or `false`.
    Bool,
    /// A whole number; a text of digits counts, as JSON of 64-bit numbers has it.
    Int,
    /// Any text.
    Text,
    /// One word of a set.
    Enum(EnumWords),
    /// A text of seconds: `43200s`.
    Duration,
    /// A text as by RFC 3339.
    Timestamp,
    /// A list of values of one kind.
    List(Box<Self>),
    /// An object whose fields are known. Others may be in it too.
    Record(Vec<FieldSpec>),
    /// Anything: nobody has written down its shape.
    Opaque,
}

/// The words of an enum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumWords {
    /// Documented, or seen in live tenants.
    pub current: Vec<String>,
    /// Older spellings.
    pub legacy: Vec<String>,
    /// Seen, but documented nowhere.
    pub observed: Vec<String>,
    /// Whether there are known to be others.
    pub completeness: Completeness,
}

/// Whether a set of words is all there is, as far as anybody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// As far as anybody knows.
    Whole,
    /// Only what was seen.
    Partial,
}

impl EnumWords {
    /// All words, whichever their standing.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.current.iter().chain(&self.legacy).chain(&self.observed).map(String::as_str)
    }
}

/// What a field is where no policy sets it.
#[derive(Debug, Clone, PartialEq)]
pub struct DefaultValue {
    /// The value, as the API would spell it.
    pub value: Value,
    /// Who says so.
    pub source: DefaultSource,
}

/// Who says what a default is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultSource {
    /// Google's table of defaults, as ScubaGoggles copies it.
    GoogleDocs,
    /// ScubaGoggles alone. It decides nothing.
    Assumed,
}

/// How the policies of a type that apply to somebody become one value (Cloud Identity, "Policy API concepts").
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reducer {
    /// Per field, the value of the policy with the greatest sortOrder.
    Max,
    /// Per field, the value with the greatest sortOrder that there is; lists are concatenated.
    Merge,
    /// Entries of lists are told apart by a key; those of the same key are reduced by Max.
    MaxMap {
        /// The field of an entry that tells it apart.
        key: String,
    },
    /// As MaxMap, with Merge.
    MergeMap {
        /// The field of an entry that tells it apart.
        key: String,
    },
    /// Not reduced: every policy stays.
    List,
    /// Nobody says. What Max and Merge agree on is taken.
    Unknown,
}

/// Who says how a type is reduced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReducerSource {
    /// Google's table of reducers.
    GoogleDocs,
    /// ScubaGoggles states it.
    ScubaGoggles,
    /// ScubaGoggles falls back to it. Known to be wrong for three types, so that Merge is tried as well.
    ScubaGogglesDefault,
    /// One other public repository.
    Other,
    /// Nobody.
    Unknown,
}

/// What it means that no policy sets a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// Nobody knows: it may be a feature that the edition lacks.
    Unknown,
    /// Its lists are empty, presumably.
    Empty,
}

/// Why a value decides nothing.
pub(super) type Unfit = String;

impl FieldSpec {
    /// The value in its normal form, if it is one that the field is known to take.
    pub(super) fn read(&self, value: &Value) -> Result<Value, Unfit> {
        if let Value::String(text) = value
            && self.unverified.contains(text)
        {
            return Err(format!("nobody has verified what {} of {} means", value, self.name));
        }
        self.kind.read(&self.name, value)
    }
}

impl FieldKind {
    fn read(&self, name: &str, value: &Value) -> Result<Value, Unfit> {
        let unfit = |what: &str| Err(format!("{name} should be {what}, and is {}", shown(value)));
        match self {
            Self::Bool => value.as_bool().map(Value::Bool).map_or_else(|| unfit("true or false"), Ok),
            Self::Int => whole(value).map(Value::from).map_or_else(|| unfit("a whole number"), Ok),
            Self::Text => text(value).map_or_else(|| unfit("a text"), |_| Ok(value.clone())),
            Self::Enum(words) => match text(value) {
                None => unfit("one of a set of words"),
                Some(word) if words.iter().any(|known| known == word) => Ok(value.clone()),
                Some(_) => Err(format!("{} of {name} is a word that is not known", shown(value))),
            },
            Self::Duration => match text(value).is_some_and(is_duration) {
                true => Ok(value.clone()),
                false => unfit("a text of seconds such as \"43200s\""),
            },
            Self::Timestamp => match text(value).is_some_and(|it| it.parse::<Timestamp>().is_ok()) {
                true => Ok(value.clone()),
                false => unfit("a timestamp as by RFC 3339"),
            },
            Self::List(kind) => match value {
                Value::Array(items) => items.iter().map(|item| kind.read(name, item)).collect(),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                    unfit("a list")
                }
            },
            Self::Record(fields) => match value {
                Value::Object(entry) => {
                    let mut entry = entry.clone();
                    entry.retain(|_, value| !value.is_null());
                    for field in fields {
                        if let Some(value) = entry.get(&field.name) {
                            let value = field.read(value).map_err(|why| format!("in {name}: {why}"))?;
                            entry.insert(field.name.clone(), value);
                        } else if let Some(absent) = &field.absent {
                            entry.insert(field.name.clone(), absent.clone());
                        }
                    }
                    Ok(Value::Object(entry))
                }
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                    unfit("an object")
                }
            },
            Self::Opaque => Ok(value.clone()),
        }
    }
}

fn text(value: &Value) -> Option<&str> {
    value.as_str()
}

/// Digits as a text are how JSON of protocol buffers spells 64-bit numbers; `8.0` is how some writers spell 8.
fn whole(value: &Value) -> Option<i64> {
    /// Beyond, a float no longer tells neighbouring whole numbers apart.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if let Value::String(digits) = value {
        return digits.parse().ok();
    }
    value.as_i64().or_else(|| {
        let float = value.as_f64().filter(|it| it.fract() == 0.0 && it.abs() < EXACT)?;
        format!("{float:.0}").parse().ok()
    })
}

/// As protocol buffers spell a duration in JSON: seconds, at most nine decimals, an `s`.
fn is_duration(text: &str) -> bool {
    let Some(seconds) = text.strip_suffix('s') else { return false };
    let seconds = seconds.strip_prefix('-').unwrap_or(seconds);
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let digits = |it: &str, most: usize| !it.is_empty() && it.len() <= most && it.bytes().all(|b| b.is_ascii_digit());
    digits(whole, 12) && digits(fraction, 9)
}

/// A value for a sentence, cut short where it is long.
pub(super) fn shown(value: &Value) -> String {
    const LONGEST: usize = 120;
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_counts_only_if_the_field_takes_it() {
        for (kind, good, bad) in [
            (FieldKind::Bool, vec![json!(true)], vec![json!("true"), json!(1), json!(null)]),
            (FieldKind::Int, vec![json!(8), json!("8"), json!(8.0)], vec![json!(8.5), json!("8.0"), json!(true)]),
            (
                FieldKind::Duration,
                vec![json!("43200s"), json!("0.5s"), json!("0s")],
                vec![json!("43200"), json!(43200), json!("s"), json!("1h"), json!(".5s"), json!("1.s")],
            ),
            (
                FieldKind::Timestamp,
                vec![json!("1970-01-01T00:00:00Z"), json!("2026-01-02T03:04:05.678Z")],
                vec![json!("yesterday"), json!(0), json!("2026-01-02")],
            ),
            (FieldKind::List(Box::new(FieldKind::Text)), vec![json!([]), json!(["a"])], vec![json!("a"), json!([1])]),
        ] {
            for value in good {
                assert!(kind.read("f", &value).is_ok(), "{kind:?} {value}");
            }
            for value in bad {
                assert!(kind.read("f", &value).is_err(), "{kind:?} {value}");
            }
        }
        assert_eq!(FieldKind::Int.read("f", &json!("8")), Ok(json!(8)));
    }
}
