//! Where a condition finds its inputs: one world of each setting, and the facts about one subject.

use std::cell::RefCell;

use super::subjects::Inputs;
use crate::checks::language::inputs::{Trace, setting_field, setting_rules};
use crate::checks::language::{Datum, Root, Scope, Val};
use crate::domain::SettingType;
use crate::facts::{Facts, Gap, Truth};
use crate::policy::World;

/// The inputs of one evaluation; keeps what was asked for.
pub(super) struct SubjectScope<'a> {
    pub(super) facts: &'a Facts,
    /// Settings with what is in force of each; `None` where nobody knows.
    pub(super) worlds: &'a [(&'a SettingType, Option<&'a World>)],
    pub(super) inputs: &'a Inputs<'a>,
    pub(super) trace: RefCell<Trace>,
}

impl SubjectScope<'_> {
    fn world(&self, setting: &SettingType) -> Option<&World> {
        self.worlds.iter().find(|(known, _)| *known == setting).and_then(|(_, world)| *world)
    }
}

impl Scope for SubjectScope<'_> {
    fn setting(&self, setting: &SettingType, field: &str) -> Val {
        // What is missing where there is no world, the caller knows and says.
        let Some(world) = self.world(setting) else { return Val::Unknown };
        setting_field(world, setting, field, self.facts, &mut self.trace.borrow_mut())
    }

    fn rules(&self, setting: &SettingType) -> Val {
        let Some(world) = self.world(setting) else { return Val::Unknown };
        setting_rules(world, setting, self.facts, &mut self.trace.borrow_mut())
    }

    fn root(&self, name: Root) -> Val {
        match name {
            Root::Now => Val::proven(Datum::Timestamp(self.facts.as_of)),
            // Nothing can be asked of a record as a whole but its fields.
            Root::Settings | Root::Tenant | Root::OrgUnit | Root::User | Root::Group | Root::App | Root::Log => {
                Val::Unknown
            }
        }
    }

    fn field(&self, name: Root, field: &str) -> Val {
        self.inputs.field(name, field, &mut self.trace.borrow_mut())
    }

    fn unsettled(&self, why: &str) {
        let supply = "look at the page that the remediation names, and decide for yourself".to_owned();
        let gap = Gap { fact: self.inputs.rule.check.to_string().into(), why: why.to_owned(), supply };
        self.trace.borrow_mut().gaps.insert(gap);
    }

    fn is_set(&self, setting: &SettingType, field: &str) -> Truth {
        let Some(world) = self.world(setting) else { return Truth::Unknown };
        match world {
            World::Fields(fields) => Truth::proven(fields.get(field).is_some_and(|value| !value.set_by.is_empty())),
            World::Absent | World::Rules(_) => Truth::Unknown,
        }
    }
}
