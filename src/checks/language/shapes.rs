//! The catalogue of settings as the types of conditions.

use std::sync::Arc;

use super::schema::{SettingShape, SettingTypes};
use super::types::{EnumType, Openness, RecordType, Type};
use crate::domain::SettingType;
use crate::policy::{Completeness, EnumWords, FieldKind, FieldSpec, Reducer, SettingCatalogue};

impl SettingTypes for SettingCatalogue {
    fn setting(&self, setting: &SettingType) -> Option<SettingShape> {
        let spec = self.get(setting)?;
        let fields = record(setting.as_str(), &spec.fields);
        Some(match spec.reducer {
            Reducer::List => SettingShape::Rules(fields),
            Reducer::Max | Reducer::Merge | Reducer::MaxMap { .. } | Reducer::MergeMap { .. } | Reducer::Unknown => {
                SettingShape::Fields(fields)
            }
        })
    }

    fn all(&self) -> Vec<SettingType> {
        self.iter().map(|spec| spec.setting.clone()).collect()
    }
}

fn record(name: &str, fields: &[FieldSpec]) -> Arc<RecordType> {
    let fields = fields.iter().map(|field| (field.name.as_str(), of(&format!("{name}.{}", field.name), &field.kind)));
    Arc::new(RecordType::new(name, fields))
}

fn of(name: &str, kind: &FieldKind) -> Type {
    match kind {
        FieldKind::Bool => Type::Bool,
        FieldKind::Int => Type::Int,
        FieldKind::Text => Type::Text,
        FieldKind::Enum(words) => Type::Enum(Arc::new(EnumType {
            name: name.into(),
            words: words.iter().map(Arc::from).collect(),
            openness: openness(words),
        })),
        FieldKind::Duration => Type::Duration,
        FieldKind::Timestamp => Type::Timestamp,
        FieldKind::List(item) => Type::list(of(name, item)),
        FieldKind::Record(fields) => Type::Record(record(name, fields)),
        FieldKind::Opaque => Type::Dynamic,
    }
}

fn openness(words: &EnumWords) -> Openness {
    match words.completeness {
        Completeness::Whole => Openness::Closed,
        Completeness::Partial => Openness::Open,
    }
}
