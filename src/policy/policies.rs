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
    /// Those that are for nobody outside some groups, by each of these.
    of_groups: HashMap<GroupId, Vec<PolicyIndex>>,
    /// All others.
    other: Vec<PolicyIndex>,
}

impl OfType {
    /// Those that ask for more than an org unit; one that is for several groups comes several times.
    fn complex(&self) -> impl Iterator<Item = PolicyIndex> {
        self.of_groups.values().flatten().chain(&self.other).copied()
    }
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
        for (nth, record) in records.iter_mut().enumerate() {
            // All records of a type share its name.
            if let Some((known, _)) = by_type.get_key_value(&record.setting) {
                record.setting = known.clone();
            }
            let of_type = by_type.entry(record.setting.clone()).or_default();
            let query = &record.query;
            match (query.one_org_unit(), query.one_of_groups().filter(|groups| !groups.is_empty())) {
                (Some(unit), _) => of_type.plain.entry(unit.clone()).or_default().push(PolicyIndex(nth)),
                (None, Some(groups)) => {
                    for group in groups {
                        of_type.of_groups.entry(group.clone()).or_default().push(PolicyIndex(nth));
                    }
                }
                (None, None) => of_type.other.push(PolicyIndex(nth)),
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
            indices.extend(of_type.plain.values().flatten().copied());
            indices.extend(of_type.complex());
            indices.sort_unstable();
            indices.dedup();
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
        of_types.flat_map(|(_, of_type)| of_type.complex()).map(|index| self.record(index))
    }

    /// Which policies of a type apply to somebody.
    ///
    /// Takes time by the depth of their org unit, the number of their groups, and that of policies that ask for something
    /// else, not by the number of policies (unless the org units above them are not all known).
    #[must_use]
    pub fn applicable(&self, setting: &SettingType, who: &Who<'_>) -> Applicable {
        let mut applicable = Applicable::default();
        let Some(of_type) = self.by_type.get(setting) else { return applicable };
        let mut candidates = of_type.other.clone();
        match who.chain {
            Chain::Whole => {
                candidates.extend(who.org_units.iter().filter_map(|unit| of_type.plain.get(unit)).flatten())
            }
            Chain::Partial => candidates.extend(of_type.plain.values().flatten()),
        }
        if !of_type.of_groups.is_empty() {
            match who.groups.possible() {
                Some(groups) => {
                    candidates.extend(groups.into_iter().filter_map(|group| of_type.of_groups.get(group)).flatten());
                }
                None => candidates.extend(of_type.of_groups.values().flatten()),
            }
        }
        candidates.sort_unstable();
        candidates.dedup();
        for policy in candidates {
            let (answer, why) = self.record(policy).query.of(who);
            match answer {
                Holds::Yes => applicable.certain.push(policy),
                Holds::No => {}
                Holds::Unknown => applicable.doubtful.push(Doubt { policy, why }),
            }
        }
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
