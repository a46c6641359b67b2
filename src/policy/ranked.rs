use std::collections::BTreeSet;

use serde_json::Value;

use super::by_name::ByName;
use super::policies::Policies;
use super::record::PolicyIndex;
use super::setting_spec::FieldSpec;
use super::sort_order::SortOrder;

/// Policies of one type that apply to one entity, by their sortOrder.
pub(super) struct Ranked<'a> {
    /// Those of equal sortOrder together, the greatest first, each rank by name, as the order of a listing
    /// means nothing. Where a sortOrder cannot be
    /// read, nothing says which policy wins: then all are of one rank.
    ranks: Vec<Vec<Policy<'a>>>,
    unordered: Option<String>,
}

/// One of them.
pub(super) struct Policy<'a> {
    pub(super) index: PolicyIndex,
    pub(super) name: &'a str,
    order: Option<SortOrder>,
    value: &'a ByName<Value>,
}

/// What one policy has for one field.
pub(super) struct Said<'a> {
    pub(super) policy: &'a Policy<'a>,
    /// How many ranks are above.
    pub(super) depth: usize,
    /// As Google sent it.
    pub(super) raw: &'a Value,
    /// In its normal form; why it decides nothing, if it is not one that the field takes.
    pub(super) value: Result<Value, String>,
}

impl<'a> Ranked<'a> {
    /// Those of the policies that can be read.
    pub(super) fn of(policies: &'a Policies, indices: &[PolicyIndex]) -> Self {
        let mut all: Vec<Policy<'a>> = indices
            .iter()
            .filter_map(|index| {
                let record = policies.record(*index);
                let value = record.value.as_ref().ok()?;
                Some(Policy { index: *index, name: &record.name, order: record.order.clone().ok(), value })
            })
            .collect();
        let unordered = all.iter().find(|policy| policy.order.is_none()).map(|policy| policy.name.to_owned());
        let unordered = unordered.filter(|_| all.len() > 1);
        if unordered.is_some() {
            all.iter_mut().for_each(|policy| policy.order = None);
        }
        all.sort_by(|one, other| other.order.cmp(&one.order).then(one.name.cmp(other.name)));
        let mut ranks: Vec<Vec<Policy<'a>>> = Vec::new();
        for policy in all {
            match ranks.last_mut() {
                Some(rank) if rank[0].order == policy.order => rank.push(policy),
                Some(_) | None => ranks.push(vec![policy]),
            }
        }
        Self { ranks, unordered }
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.ranks.is_empty()
    }

    /// How many policies have the greatest sortOrder.
    pub(super) fn winners(&self) -> usize {
        self.ranks.first().map_or(0, Vec::len)
    }

    /// Names of fields that any of them has.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let values = self.ranks.iter().flatten().flat_map(|policy| policy.value.iter());
        values.filter(|(_, value)| !value.is_null()).map(|(name, _)| name)
    }

    /// What they have for a field, the greatest sortOrder first.
    pub(super) fn said(&'a self, name: &str, field: Option<&FieldSpec>) -> Vec<Said<'a>> {
        let mut said = Vec::new();
        for (depth, rank) in self.ranks.iter().enumerate() {
            for policy in rank {
                // A field of `null` is one that is not set, by the JSON of protocol buffers.
                if let Some(raw) = policy.value.get(name).filter(|value| !value.is_null()) {
                    let value = field.map_or_else(|| Ok(raw.clone()), |field| field.read(raw));
                    said.push(Said { policy, depth, raw, value });
                }
            }
        }
        said
    }

    /// Why values of these policies, which are of one rank, cannot be told apart.
    pub(super) fn tie(&self, what: &str, said: &[&Said<'_>]) -> String {
        let names: BTreeSet<&str> = said.iter().map(|it| it.policy.name).collect();
        if names.len() == 1 {
            return format!("{} has different values for {what}", names.into_iter().collect::<String>());
        }
        let names = names.into_iter().collect::<Vec<_>>().join(" and ");
        match &self.unordered {
            None => format!("{names} have the same sortOrder and different values for {what}"),
            Some(odd) => format!("{names} have different values for {what}, and the sortOrder of {odd} cannot be read"),
        }
    }
}
