use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::applicable::{Applicable, Doubt};
use super::effective::Effective;
use super::ids::{GroupId, OrgUnitId, Sku};
use super::record::{PolicyIndex, PolicyRecord};
use super::setting_catalogue::SettingCatalogue;
use super::who::{Chain, Holds, Who};
use crate::domain::SettingType;
use crate::google::policies::Policy;

/// All explicit policies of a tenant.
#[derive(Debug, Clone)]
pub struct Policies {
    records: Vec<PolicyRecord>,
    by_type: BTreeMap<SettingType, OfType>,
    listing: Listing,
}

/// Whether policies may exist that are not among those read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Listing {
    /// These are all.
    Complete,
    /// It was not read to its end, or not at all.
    Incomplete,
    /// So many policies are so odd that not even their setting is known.
    Unreadable(usize),
    /// Read to its end and empty. No tenant is without policies, so this is no answer.
    Empty,
}

/// The policies of one type.
#[derive(Debug, Clone, Default)]
struct OfType {
    /// Those that ask for an org unit and nothing else, by it.
    plain: HashMap<OrgUnitId, Vec<PolicyIndex>>,
    /// All others.
    other: Vec<PolicyIndex>,
}

impl Policies {
    /// Of what was read. `listing` says how the reading ended ([`Listing::Complete`] or [`Listing::Incomplete`]), and
    /// `unreadable` how many records were no policies at all.
    #[must_use]
    pub fn new(policies: impl IntoIterator<Item = Policy>, listing: Listing, unreadable: usize) -> Self {
        let mut records = Vec::new();
        let mut unreadable = unreadable;
        for policy in policies {
            match PolicyRecord::from_google(policy) {
                Some(record) => records.push(record),
                None => unreadable += 1,
            }
        }
        let mut by_type: BTreeMap<SettingType, OfType> = BTreeMap::new();
        for (nth, record) in records.iter().enumerate() {
            let of_type = by_type.entry(record.setting.clone()).or_default();
            match record.query.one_org_unit() {
                Some(unit) => of_type.plain.entry(unit.clone()).or_default().push(PolicyIndex(nth)),
                None => of_type.other.push(PolicyIndex(nth)),
            }
        }
        let listing = match listing {
            Listing::Complete if unreadable > 0 => Listing::Unreadable(unreadable),
            Listing::Complete if records.is_empty() => Listing::Empty,
            Listing::Complete | Listing::Incomplete | Listing::Unreadable(_) | Listing::Empty => listing,
        };
        Self { records, by_type, listing }
    }

    /// Whether these are all.
    #[must_use]
    pub fn listing(&self) -> Listing {
        self.listing
    }

    /// The types of which there are policies, by name.
    pub fn types(&self) -> impl Iterator<Item = &SettingType> {
        self.by_type.keys()
    }

    /// That policy.
    #[must_use]
    pub fn record(&self, index: PolicyIndex) -> &PolicyRecord {
        &self.records[index.0]
    }

    /// All policies of a type, in the order in which they were listed.
    #[must_use]
    pub fn of_type(&self, setting: &SettingType) -> Vec<PolicyIndex> {
        let mut indices = Vec::new();
        if let Some(of_type) = self.by_type.get(setting) {
            indices.extend(of_type.plain.values().flatten().chain(&of_type.other).copied());
            indices.sort_unstable();
        }
        indices
    }

    /// The groups that queries name: those of policies of these types, or of all.
    #[must_use]
    pub fn groups_named(&self, types: Option<&[SettingType]>) -> BTreeSet<GroupId> {
        self.complex(types).flat_map(|record| record.query.named().groups).collect()
    }

    /// The licences that queries name, likewise.
    #[must_use]
    pub fn skus_named(&self, types: Option<&[SettingType]>) -> BTreeSet<Sku> {
        self.complex(types).flat_map(|record| record.query.named().skus).collect()
    }

    /// Policies that ask for more than an org unit.
    fn complex(&self, types: Option<&[SettingType]>) -> impl Iterator<Item = &PolicyRecord> {
        let wanted = move |setting: &SettingType| types.is_none_or(|types| types.contains(setting));
        let of_types = self.by_type.iter().filter(move |(setting, _)| wanted(setting));
        of_types.flat_map(|(_, of_type)| &of_type.other).map(|index| self.record(*index))
    }

    /// Which policies of a type apply to somebody.
    ///
    /// Takes time by the depth of their org unit and the number of policies that ask for more than an org unit, not by
    /// the number of policies (unless the org units above them are not all known).
    #[must_use]
    pub fn applicable(&self, setting: &SettingType, who: &Who<'_>) -> Applicable {
        let mut applicable = Applicable::default();
        let Some(of_type) = self.by_type.get(setting) else { return applicable };
        let mut ask = |index: &PolicyIndex| {
            let (answer, why) = self.record(*index).query.of(who);
            match answer {
                Holds::Yes => applicable.certain.push(*index),
                Holds::No => {}
                Holds::Unknown => applicable.doubtful.push(Doubt { policy: *index, why }),
            }
        };
        match who.chain {
            Chain::Whole => {
                let units: BTreeSet<&OrgUnitId> = who.org_units.iter().collect();
                units.iter().filter_map(|unit| of_type.plain.get(*unit)).flatten().for_each(&mut ask);
            }
            Chain::Partial => of_type.plain.values().flatten().for_each(&mut ask),
        }
        of_type.other.iter().for_each(&mut ask);
        applicable.certain.sort_unstable();
        applicable.doubtful.sort_unstable();
        applicable
    }

    /// What is in force for somebody, of one type.
    #[must_use]
    pub fn effective(&self, setting: &SettingType, who: &Who<'_>, catalogue: &SettingCatalogue) -> Effective {
        self.reduce(setting, &self.applicable(setting, who), catalogue)
    }

    /// What is in force for somebody, of every type of which there are policies.
    #[must_use]
    pub fn all_effective(&self, who: &Who<'_>, catalogue: &SettingCatalogue) -> BTreeMap<SettingType, Effective> {
        self.types().map(|setting| (setting.clone(), self.effective(setting, who, catalogue))).collect()
    }
}
