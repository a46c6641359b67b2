//! A few settings and values for tests.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::schema::{Root, Schema, SettingShape, SettingTypes, SubjectKind};
use super::scope::Scope;
use super::types::{EnumType, Openness, RecordType, Type};
use super::value::{Datum, Val};
use crate::domain::SettingType;

/// Settings of some shapes.
pub(super) struct FakeSettings;

impl SettingTypes for FakeSettings {
    fn setting(&self, setting: &SettingType) -> Option<SettingShape> {
        let open = EnumType { name: "t.words.open".into(), words: vec!["A".into()], openness: Openness::Open };
        let service = Type::record("service", [("name", Type::Text), ("on", Type::Bool)]);
        let fields: Vec<(&str, Type)> = match setting.as_str() {
            "gmail.pop_access" => vec![("enablePopAccess", Type::Bool)],
            "gmail.imap_access" => vec![("enableImapAccess", Type::Bool), ("imapAccessRestriction", Type::Dynamic)],
            "gmail.service_status" => {
                vec![("serviceState", Type::closed_enum("gmail.service_status.serviceState", &["ENABLED", "DISABLED"]))]
            }
            "t.v" => vec![
                ("a", Type::Int),
                ("b", Type::Int),
                ("p", Type::Bool),
                ("q", Type::Bool),
                ("s", Type::Text),
                ("u", Type::Text),
                ("l", Type::list(Type::Int)),
                ("d", Type::Duration),
                ("at", Type::Timestamp),
                ("services", Type::list(service)),
                ("json", Type::Dynamic),
                ("open", Type::Enum(Arc::new(open))),
            ],
            "rule.dlp" => {
                let state = Type::closed_enum("rule.dlp.state", &["ACTIVE", "INACTIVE"]);
                let rule = RecordType::new("rule.dlp", [("displayName", Type::Text), ("state", state)]);
                return Some(SettingShape::Rules(Arc::new(rule)));
            }
            _ => return None,
        };
        Some(SettingShape::Fields(Arc::new(RecordType::new(setting.as_str(), fields))))
    }

    fn all(&self) -> Vec<SettingType> {
        ["gmail.imap_access", "gmail.pop_access", "gmail.service_status", "rule.dlp", "t.v"]
            .map(SettingType::from_google)
            .to_vec()
    }
}

pub(super) fn schema(subject: SubjectKind) -> Schema<'static> {
    Schema { subject, settings: &FakeSettings }
}

/// Values by the names that conditions give them: `t.v.a`, `rule.dlp`, `log`. What is not here is unknown.
#[derive(Default)]
pub(super) struct FakeScope {
    pub(super) values: BTreeMap<String, Val>,
    /// What was asked for.
    pub(super) asked: RefCell<Vec<String>>,
    /// What it was told by `unknown("why")`.
    pub(super) unsettled: RefCell<Vec<String>>,
}

impl FakeScope {
    pub(super) fn with(mut self, name: &str, value: Val) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    fn get(&self, name: String) -> Val {
        let value = self.values.get(&name).cloned().unwrap_or(Val::Unknown);
        self.asked.borrow_mut().push(name);
        value
    }
}

impl Scope for FakeScope {
    fn setting(&self, setting: &SettingType, field: &str) -> Val {
        self.get(format!("{setting}.{field}"))
    }

    fn rules(&self, setting: &SettingType) -> Val {
        self.get(setting.to_string())
    }

    fn root(&self, name: Root) -> Val {
        self.get(name.as_str().to_owned())
    }

    fn unsettled(&self, why: &str) {
        self.unsettled.borrow_mut().push(why.to_owned());
    }
}

pub(super) fn list(items: impl IntoIterator<Item = Val>, open: bool) -> Val {
    Val::proven(Datum::List { items: items.into_iter().collect(), open })
}

pub(super) fn record<'f>(fields: impl IntoIterator<Item = (&'f str, Val)>) -> Val {
    let fields = fields.into_iter().map(|(name, value)| (Arc::from(name), value)).collect();
    Val::proven(Datum::Record(Arc::new(fields)))
}

pub(super) fn text(text: &str) -> Val {
    Val::proven(Datum::from(text))
}

pub(super) fn int(number: i64) -> Val {
    Val::proven(Datum::Int(number))
}

pub(super) fn boolean(answer: bool) -> Val {
    Val::proven(Datum::Bool(answer))
}
