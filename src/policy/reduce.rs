//! Policies that apply to somebody, to what is in force for them: every way in which the doubtful ones may turn out.

use super::applicable::{Applicable, Doubt};
use super::by_name::ByName;
use super::effective::{Effective, FieldValue, Openness, Rule, World, Worlds};
use super::policies::{Listing, Policies};
use super::ranked::Ranked;
use super::record::PolicyIndex;
use super::reduce_fields::{all_names, missing, reduced};
use super::setting_catalogue::SettingCatalogue;
use super::setting_spec::{Absence, FieldKind, Reducer, ReducerSource, SettingSpec};
use crate::domain::SettingType;

/// With so many doubtful policies there are 32 ways in which they may turn out.
const MOST_DOUBTS: usize = 5;

impl Policies {
    /// What is in force for those to whom these policies apply.
    #[must_use]
    pub fn reduce(&self, setting: &SettingType, applicable: &Applicable, catalogue: &SettingCatalogue) -> Effective {
        let spec = catalogue.get(setting);
        let doubtful = &applicable.doubtful;
        let may_apply = || applicable.certain.iter().chain(doubtful.iter().map(|doubt| &doubt.policy)).copied();
        let unreadable: Vec<PolicyIndex> = may_apply().filter(|index| self.record(*index).value.is_err()).collect();
        let why = if self.listing() != Listing::Complete {
            Some(Openness::Listing(self.listing()))
        } else if !unreadable.is_empty() {
            Some(Openness::Unreadable(unreadable))
        } else if doubtful.len() > MOST_DOUBTS {
            Some(Openness::Doubts(doubtful.len()))
        } else {
            None
        };
        if let Some(why) = why {
            let otherwise = self.world(&applicable.certain, spec);
            return Effective { worlds: Worlds::Open { otherwise, why }, doubts: doubtful.clone() };
        }
        // The nth doubtful policy applies where the nth bit is set.
        let ways: Vec<World> = (0..1_usize << doubtful.len())
            .map(|way| {
                let applies = |(nth, doubt): (usize, &Doubt)| (way >> nth & 1 == 1).then_some(doubt.policy);
                let mut policies = applicable.certain.clone();
                policies.extend(doubtful.iter().enumerate().filter_map(applies));
                self.world(&policies, spec)
            })
            .collect();
        let matters = |nth: usize| {
            (0..ways.len()).any(|way| way >> nth & 1 == 0 && !ways[way].says_the_same_as(&ways[way | 1 << nth]))
        };
        let doubts = doubtful.iter().enumerate().filter(|(nth, _)| matters(*nth)).map(|(_, doubt)| doubt.clone());
        let doubts = doubts.collect();
        // Mostly one, and kept for as long as the policies are.
        let mut worlds: Vec<World> = Vec::with_capacity(1);
        for world in ways {
            if !worlds.iter().any(|other| other.says_the_same_as(&world)) {
                worlds.push(world);
            }
        }
        Effective { worlds: Worlds::Known(worlds), doubts }
    }

    /// What is in force where these policies apply and no others. Those that cannot be read are left out.
    fn world(&self, policies: &[PolicyIndex], spec: Option<&SettingSpec>) -> World {
        let reducer = match spec {
            None => &Reducer::Unknown,
            // Known to be wrong for some: what Merge would give has to be the same.
            Some(spec) if spec.reducer_source == ReducerSource::ScubaGogglesDefault => &Reducer::Unknown,
            Some(spec) => &spec.reducer,
        };
        if *reducer == Reducer::List {
            let mut policies = policies.to_vec();
            policies.sort_unstable();
            let rule = |policy: PolicyIndex| {
                let alone = Ranked::of(self, &[policy]);
                let readable = self.record(policy).value.is_ok();
                readable.then(|| Rule { policy, fields: fields(&alone, spec, reducer) })
            };
            return World::Rules(policies.into_iter().filter_map(rule).collect());
        }
        let ranked = Ranked::of(self, policies);
        if !ranked.is_empty() {
            return World::Fields(fields(&ranked, spec, reducer));
        }
        match spec {
            Some(spec) if spec.absence == Absence::Empty => World::Fields(fields(&ranked, Some(spec), reducer)),
            Some(_) | None => World::Absent,
        }
    }
}

/// All fields that the catalogue or a policy knows.
fn fields(ranked: &Ranked<'_>, spec: Option<&SettingSpec>, reducer: &Reducer) -> ByName<FieldValue> {
    let known = spec.map_or(&[][..], |spec| &spec.fields);
    let absence = spec.map_or(Absence::Unknown, |spec| spec.absence);
    let value = |name: &str| {
        let field = known.iter().find(|field| field.name == *name);
        let kind = field.map_or(&FieldKind::Opaque, |field| &field.kind);
        reduced(ranked, reducer, name, field, kind).unwrap_or_else(|| missing(field, absence))
    };
    let names = all_names(ranked, known);
    names
        .into_iter()
        .map(|name| {
            let value = value(&name);
            (name.into(), value)
        })
        .collect()
}
