//! What is in force of one setting for one target, as it is told.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::model::{Applies, Doubt, Field, Origin, Policy, Possible, Rule, Said, Setting};
use super::targets::{Target, group_name, not_read};
use crate::domain::SettingType;
use crate::facts::Facts;
use crate::policy::{
    self, Absence, ByName, Effective, FieldKind, FieldSpec, FieldState, FieldValue, GroupId, Listing, Openness,
    PolicyIndex, SettingCatalogue, SettingSpec, Why, World, Worlds,
};
use crate::report::model::Certainty;
use crate::snapshot::SourceId;

/// Begins the reason of every field of a setting of which no policy applies.
pub(super) const ABSENT: &str = "no policy of this type applies: it is not set, or not part of this edition";

/// One type of setting, whoever is asked about.
#[derive(Debug)]
pub(super) struct Shape<'f> {
    pub(super) setting: SettingType,
    facts: &'f Facts,
    spec: Option<&'static SettingSpec>,
    /// Of all fields that the catalogue or a policy of the tenant has.
    names: BTreeSet<String>,
    groups: BTreeSet<GroupId>,
    /// Whether the tenant has policies of it.
    pub(super) has_policies: bool,
}

impl<'f> Shape<'f> {
    pub(super) fn of(setting: &SettingType, facts: &'f Facts) -> Self {
        let policies = &facts.evidence.populace.policies;
        let spec = SettingCatalogue::builtin().get(setting);
        let mut names: BTreeSet<String> =
            spec.into_iter().flat_map(|spec| &spec.fields).map(|field| field.name.clone()).collect();
        let mut groups = BTreeSet::new();
        let of_type = policies.of_type(setting);
        for index in &of_type {
            let record = policies.record(*index);
            names.extend(record.value.iter().flat_map(ByName::iter).map(|(name, _)| name.to_owned()));
            groups.extend(record.query.named().groups);
        }
        Self { setting: setting.clone(), facts, spec, names, groups, has_policies: !of_type.is_empty() }
    }

    /// What is in force; `None` where it is not known how policies apply to the target.
    pub(super) fn in_force(&self, target: &Target) -> Option<std::sync::Arc<Effective>> {
        let person = target.person()?;
        Some(self.facts.policies.in_force(&self.facts.evidence, &self.setting, &person))
    }

    /// Whether anything of it is unknown.
    pub(super) fn is_unknown(&self, target: &Target) -> bool {
        let unknown = |fields: &ByName<FieldValue>| {
            fields.iter().any(|(_, field)| matches!(field.state, FieldState::Unknown { .. }))
        };
        if self.unclear_standing(target).is_some() {
            return true;
        }
        let Some(effective) = self.in_force(target) else { return true };
        match &effective.worlds {
            Worlds::Open { .. } => true,
            Worlds::Known(worlds) => match worlds.as_slice() {
                [World::Absent] => false,
                [World::Fields(fields)] => unknown(fields),
                [World::Rules(rules)] => rules.iter().any(|rule| unknown(&rule.fields)),
                // Ways in which a setting may be can differ in how sure a value is, and not in the value.
                _ => self.view(target).is_unknown(),
            },
        }
    }

    /// All that is to be told.
    pub(super) fn view(&self, target: &Target) -> Setting {
        let mut view = Setting {
            setting: self.setting.clone(),
            in_catalogue: self.spec.is_some(),
            console: self.spec.map(|spec| spec.console.clone()),
            fields: Vec::new(),
            rules: Vec::new(),
            doubts: Vec::new(),
            groups_apart: match target {
                Target::OrgUnit(_) => self.groups.iter().map(|group| group_name(self.facts, group)).collect(),
                Target::User(_) | Target::Untold { .. } => Vec::new(),
            },
            why: None,
            next_step: None,
        };
        if let Some((why, next_step)) = self.unclear_standing(target) {
            view.fields = self.names.iter().map(|name| self.unknown(name, &why)).collect();
            (view.why, view.next_step) = (Some(why), Some(next_step));
            return view;
        }
        let Some(effective) = self.in_force(target) else { return view };
        view.doubts = effective.doubts.iter().map(|doubt| self.doubt(doubt, target)).collect();
        match &effective.worlds {
            Worlds::Known(worlds) => self.known(worlds, &mut view),
            Worlds::Open { otherwise, why } => {
                let (why, next_step) = self.open(why);
                self.known(std::slice::from_ref(otherwise), &mut view);
                for field in &mut view.fields {
                    let otherwise = std::mem::replace(field, self.unknown(&field.name, &why));
                    let set_by = otherwise.set_by;
                    field.otherwise = Some(Possible { value: otherwise.value, origin: otherwise.origin, set_by });
                }
                (view.why, view.next_step) = (Some(why), Some(next_step));
            }
        }
        view
    }

    /// Why it is not known which policies are for the target, apart from doubts about single policies.
    fn unclear_standing(&self, target: &Target) -> Option<(String, String)> {
        match target {
            Target::OrgUnit(_) => None,
            Target::User(user) => {
                (user.perhaps_administrator && self.groups.iter().any(GroupId::is_all_admins)).then(|| {
                    let why =
                        "a policy is for all administrators, and the user's record does not say whether they are one";
                    (why.to_owned(), "look the user up in the Admin console".to_owned())
                })
            }
            Target::Untold { why, next_step, .. } => Some((why.clone(), next_step.clone())),
        }
    }

    fn known(&self, worlds: &[World], view: &mut Setting) {
        let rules: Vec<&policy::Rule> = worlds
            .iter()
            .flat_map(|world| match world {
                World::Rules(rules) => rules.as_slice(),
                World::Absent | World::Fields(_) => &[],
            })
            .collect();
        let mut seen: BTreeMap<PolicyIndex, (&policy::Rule, usize)> = BTreeMap::new();
        for rule in &rules {
            seen.entry(rule.policy).or_insert((rule, 0)).1 += 1;
        }
        view.rules = seen
            .into_values()
            .map(|(rule, times)| Rule {
                policy: self.policy(rule.policy),
                applies: if times == worlds.len() { Applies::Yes } else { Applies::Perhaps },
                fields: rule
                    .fields
                    .iter()
                    .filter(|(_, value)| !matches!(value.state, FieldState::Unset { .. }))
                    .map(|(name, value)| self.field(name, value))
                    .collect(),
            })
            .collect();
        let is_list = worlds.iter().any(|world| matches!(world, World::Rules(_)));
        if !is_list {
            view.fields = self.names.iter().map(|name| self.over_worlds(name, worlds)).collect();
        }
    }

    /// A field in all the states that the setting may be in.
    fn over_worlds(&self, name: &str, worlds: &[World]) -> Field {
        let mut states: Vec<Field> = Vec::new();
        for world in worlds {
            let field = match world {
                World::Fields(fields) => match fields.get(name) {
                    Some(value) => self.field(name, value),
                    None => self.unset(name, "no policy that applies sets it"),
                },
                World::Absent | World::Rules(_) => self.absent(name),
            };
            let same = |other: &Field| other.value == field.value && other.origin == field.origin;
            match states.iter_mut().find(|other| same(other)) {
                // What is sure in one state and presumed in another is presumed.
                Some(other) => other.certainty = other.certainty.max(field.certainty),
                None => states.push(field),
            }
        }
        if states.len() == 1 {
            return states.remove(0);
        }
        let possible = states
            .into_iter()
            .map(|field| Possible { value: field.value, origin: field.origin, set_by: field.set_by })
            .collect();
        let why = "it depends on policies of which it is not known whether they apply";
        Field { possible, ..self.unknown(name, why) }
    }

    fn field(&self, name: &str, value: &FieldValue) -> Field {
        let set_by = self.said(&value.set_by, name);
        let (origin, certainty, shown, why) = match &value.state {
            FieldState::Set { value, .. } if set_by.is_empty() => {
                let why = "no policy sets it; an empty list is what that presumably means";
                (Origin::Unset, Certainty::Presumed, Some(value), Some(why.to_owned()))
            }
            FieldState::Set { value, certainty: policy::Certainty::Sure } => {
                (Origin::Set, Certainty::Proven, Some(value), agreement(&set_by))
            }
            FieldState::Set { value, certainty: policy::Certainty::Presumed } => {
                let why =
                    "the policy that decides the setting does not hold all of it; what a lower one has is presumed";
                (Origin::Set, Certainty::Presumed, Some(value), Some(why.to_owned()))
            }
            FieldState::Default { value } => {
                let why = "no policy that applies sets it; this is the default that Google documents";
                (Origin::Default, Certainty::Presumed, Some(value), Some(why.to_owned()))
            }
            FieldState::Unset { .. } => return self.unset(name, "no policy that applies sets it"),
            FieldState::Unknown { why, .. } => (Origin::Unknown, Certainty::Unknown, None, Some(why.clone())),
        };
        let raw = match &value.state {
            FieldState::Unknown { raw, .. } => raw.clone(),
            FieldState::Set { .. } | FieldState::Default { .. } | FieldState::Unset { .. } => None,
        };
        Field {
            value: shown.cloned(),
            origin,
            certainty,
            set_by,
            overrode: self.said(&value.overridden, name),
            raw,
            why,
            ..self.unknown(name, "")
        }
    }

    /// A field of a setting of which no policy applies.
    fn absent(&self, name: &str) -> Field {
        let spec = self.field_spec(name);
        if let Some(value) = spec.and_then(FieldSpec::documented_default) {
            let why = format!("{ABSENT}; this is the default that Google documents");
            return Field { value: Some(value.clone()), origin: Origin::Default, ..self.unknown(name, &why) };
        }
        let empty = self.spec.is_some_and(|spec| spec.absence == Absence::Empty);
        if empty && spec.is_some_and(|spec| matches!(spec.kind, FieldKind::List(_))) {
            let why = format!("{ABSENT}; an empty list is what that presumably means");
            let value = Some(Value::Array(Vec::new()));
            return Field { value, origin: Origin::Unset, certainty: Certainty::Presumed, ..self.unknown(name, &why) };
        }
        self.unset(name, ABSENT)
    }

    fn unset(&self, name: &str, why: &str) -> Field {
        let assumed = match self.field_spec(name).and_then(FieldSpec::assumed_default) {
            Some(value) => format!(" (ScubaGoggles assumes {value})"),
            None => String::new(),
        };
        let why = format!("{why}, and Google documents no default{assumed}");
        Field { origin: Origin::Unset, ..self.unknown(name, &why) }
    }

    fn unknown(&self, name: &str, why: &str) -> Field {
        Field {
            name: name.to_owned(),
            in_catalogue: self.field_spec(name).is_some(),
            value: None,
            origin: Origin::Unknown,
            certainty: Certainty::Unknown,
            set_by: Vec::new(),
            overrode: Vec::new(),
            possible: Vec::new(),
            otherwise: None,
            raw: None,
            why: Some(why.to_owned()),
        }
    }

    fn field_spec(&self, name: &str) -> Option<&'static FieldSpec> {
        self.spec.and_then(|spec| spec.field(name))
    }

    fn said(&self, policies: &[PolicyIndex], name: &str) -> Vec<Said> {
        let value = |index: PolicyIndex| {
            let record = self.facts.evidence.populace.policies.record(index);
            record.value.as_ref().ok().and_then(|value| value.get(name)).cloned()
        };
        policies.iter().map(|index| Said { policy: self.policy(*index), value: value(*index) }).collect()
    }

    fn policy(&self, index: PolicyIndex) -> Policy {
        let Facts { evidence, tree, policies, .. } = self.facts;
        let record = evidence.populace.policies.record(index);
        let named = record.query.named();
        let path = |id| policies.unit_of(id).map_or_else(|| id.to_string(), |unit| tree.path(unit).to_string());
        Policy {
            name: record.name.clone(),
            origin: record.origin.to_string(),
            org_units: named.org_units.iter().map(path).collect(),
            groups: named.groups.iter().map(|group| group_name(self.facts, group)).collect(),
            licences: named.skus.iter().map(ToString::to_string).collect(),
            sort_order: record.order.as_ref().ok().map(ToString::to_string),
            query: record.query.text().to_owned(),
            note: record.query.note().map(str::to_owned),
        }
    }

    fn doubt(&self, doubt: &policy::Doubt, target: &Target) -> Doubt {
        let console = self.spec.map_or("the setting", |spec| spec.console.as_str());
        let mut steps: Vec<String> = Vec::new();
        let why = doubt.why.iter().map(|why| match (why, target) {
            (Why::Licence(sku), Target::OrgUnit(_)) => {
                steps.push("ask for a user (--user EMAIL)".to_owned());
                format!("it is for holders of the licence {sku}, and in an org unit some may hold it and others not")
            }
            (Why::Group(group), _) => {
                let open = [SourceId::Members, SourceId::Groups].into_iter().find_map(|id| not_read(self.facts, id));
                steps.push(open.map_or_else(|| "look up the group's members".to_owned(), |(_, step)| step));
                format!("it is not known whether they are a member of {}", group_name(self.facts, group))
            }
            (Why::Licence(_), _) => {
                let open = not_read(self.facts, SourceId::Licences);
                steps.push(open.map_or_else(|| "look up the user's licences".to_owned(), |(_, step)| step));
                why.to_string()
            }
            (Why::OrgUnits, _) => {
                let open = not_read(self.facts, SourceId::OrgUnits);
                steps.push(open.map_or_else(|| "look up the org units above".to_owned(), |(_, step)| step));
                why.to_string()
            }
            (Why::Query(_), _) => {
                steps.push(format!("look at {console} in the Admin console"));
                why.to_string()
            }
        });
        let why = why.collect();
        steps.sort();
        steps.dedup();
        Doubt { policy: self.policy(doubt.policy), why, next_step: steps.join("; ") }
    }

    /// Why nothing can be told, and what to do about it.
    fn open(&self, why: &Openness) -> (String, String) {
        let policies = &self.facts.evidence.populace.policies;
        let ask_again = || "ask again; if it stays so, ask Google's support about the Policy API".to_owned();
        match why {
            Openness::Listing(Listing::Unreadable(n)) => {
                let why = format!("{n} policies are so odd that not even their setting is known");
                not_read(self.facts, SourceId::Policies).unwrap_or_else(|| (why, ask_again()))
            }
            Openness::Listing(Listing::Complete | Listing::Incomplete | Listing::Empty) => {
                not_read(self.facts, SourceId::Policies).unwrap_or_else(|| {
                    let why = "the list of policies is empty, and no tenant is without policies";
                    (why.to_owned(), "see to it that the administrator may read policies, then ask again".to_owned())
                })
            }
            Openness::Unreadable(unreadable) => {
                let records = unreadable.iter().take(3).map(|index| policies.record(*index));
                let whys: Vec<String> = records
                    .map(|record| {
                        format!("{}: {}", record.name, record.value.as_ref().err().map_or("", String::as_str))
                    })
                    .collect();
                let why = format!("policies that apply, or may, cannot be read: {}", whys.join("; "));
                (
                    why,
                    "look at the setting in the Admin console, and report the policy's shape to this project"
                        .to_owned(),
                )
            }
            Openness::Doubts(n) => {
                let why = format!("of {n} policies it is not known whether they apply, more than can be tried");
                (why, "make groups, members and licences readable, then ask again".to_owned())
            }
        }
    }
}

/// That policies of one sortOrder say the same, where they do.
fn agreement(set_by: &[Said]) -> Option<String> {
    let equal = |one: &Said, other: &Said| one.policy.sort_order == other.policy.sort_order && one.value == other.value;
    let (first, rest) = set_by.split_first()?;
    let agree = !rest.is_empty() && rest.iter().all(|other| equal(first, other));
    let list = first.value.as_ref().is_some_and(Value::is_array);
    (agree && !list).then(|| {
        let names: Vec<&str> = set_by.iter().map(|said| said.policy.name.as_str()).collect();
        format!("{} have the same sortOrder, and say the same", names.join(" and "))
    })
}
