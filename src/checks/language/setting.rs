//! `settings.<category>.<name>.<field>` against the settings that there are.

use std::sync::Arc;

use cel::common::ast::{Expr, IdedExpr, SelectExpr};

use super::compile::{Compiler, Typed};
use super::nearest::nearest;
use super::node::Node;
use super::schema::{Root, SettingShape};
use super::types::{RecordType, Type};
use crate::domain::SettingType;

impl<'c> Compiler<'c> {
    /// A chain of selections that begins with `settings`; `path` has its parts, the last of which is `expr`.
    pub(super) fn setting(
        &mut self,
        expr: &'c IdedExpr,
        select: &'c SelectExpr,
        path: &[&'c IdedExpr],
    ) -> Option<Typed> {
        if !self.schema.subject.roots().contains(&Root::Settings) {
            let subject = self.schema.subject;
            return self.fault(expr, format!("`settings` are no input of checks about subject {subject}"));
        }
        let names: Vec<&str> = path.iter().filter_map(|part| field_of(part)).collect();
        let Some((setting, shape, taken)) = self.longest(&names) else {
            return self.unknown_setting(expr, &names);
        };
        match (shape, names.len() - taken) {
            (SettingShape::Fields(record), 0) => {
                let near = nearest("", "field", record.fields.keys().map(|known| &**known));
                self.fault(expr, format!("name a field of {setting}{near}"))
            }
            (SettingShape::Fields(record), 1) => {
                let Some(of) = record.fields.get(&*select.field).cloned() else {
                    return self.unknown_field(expr, &setting, &record, &select.field);
                };
                self.note_setting(&setting);
                let field: Arc<str> = select.field.as_str().into();
                if select.test {
                    return Typed::new(Node::HasSetting(setting, field), Type::Bool);
                }
                Typed::new(Node::Setting(setting, field), of)
            }
            (SettingShape::Rules(record), 0) => {
                self.note_setting(&setting);
                if select.test {
                    return self.fault(expr, format!("{setting} is a list of rules: ask with exists(…) or size()"));
                }
                Typed::new(Node::Rules(setting), Type::list(Type::Record(record)))
            }
            // Fields of a field: of the part before, whatever it is.
            (SettingShape::Fields(_) | SettingShape::Rules(_), _) => self.select_of(expr, select),
        }
    }

    fn note_setting(&mut self, setting: &SettingType) {
        self.reads.settings.insert(setting.clone());
        self.reads.roots.insert(Root::Settings);
    }

    /// The setting that the names begin with, and how many of them name it. Types of three parts are rare, and their
    /// third is no field of the one with two.
    fn longest(&self, names: &[&str]) -> Option<(SettingType, SettingShape, usize)> {
        (2..=names.len()).rev().find_map(|taken| {
            let setting = SettingType::from_google(&names[..taken].join("."));
            let shape = self.schema.settings.setting(&setting)?;
            Some((setting, shape, taken))
        })
    }

    fn unknown_setting<T>(&mut self, expr: &'c IdedExpr, names: &[&str]) -> Option<T> {
        if names.len() < 2 {
            return self.fault(expr, "name a field of a setting: settings.<category>.<name>.<field>");
        }
        let name = names[..2].join(".");
        let all = self.schema.settings.all();
        // Most slips are in the second part, so those of the category come first.
        let category = format!("{}.", names[0]);
        let of_category: Vec<&str> =
            all.iter().map(SettingType::as_str).filter(|known| known.starts_with(&category)).collect();
        let mut near = nearest(&name, "one", of_category.iter().copied());
        if near.is_empty() {
            near = nearest(&name, "one", all.iter().map(SettingType::as_str));
        }
        self.fault(expr, format!("there is no setting {name}{near}"))
    }

    fn unknown_field<T>(
        &mut self,
        expr: &'c IdedExpr,
        setting: &SettingType,
        record: &RecordType,
        field: &str,
    ) -> Option<T> {
        let near = nearest(field, "field", record.fields.keys().map(|known| &**known));
        self.fault_at(self.field_range(expr), format!("{setting} has no field `{field}`{near}"))
    }
}

fn field_of(part: &IdedExpr) -> Option<&str> {
    if let Expr::Select(select) = &part.expr { Some(&select.field) } else { None }
}
