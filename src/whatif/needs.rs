//! What connections would need to survive.

use std::collections::{BTreeMap, BTreeSet};

use super::effect::Sight;
use super::link::{Link, LinkKey, Reach, SetBy};
use super::scene::Connections;
use crate::domain::{ClientId, OrgUnitPath};
use crate::evidence::Source;
use crate::facts::{Access, Reauth, Truth, UnitIndex};
use crate::report::what_if::model::{Change, Fate};

/// What some connections need.
#[derive(Debug, Clone, Default)]
pub(super) struct Needs {
    /// Session-control pages on which *Exempt trusted apps* has to be ticked, and for which connections.
    pub(super) pages: BTreeMap<OrgUnitPath, BTreeSet<LinkKey>>,
    /// Org units in which a client has to be Trusted, and for which connections.
    pub(super) trust: BTreeMap<ClientId, BTreeMap<UnitIndex, BTreeSet<LinkKey>>>,
    /// What no setting of these two pages gives.
    pub(super) unavoidable: BTreeSet<String>,
}

impl Needs {
    pub(super) fn is_empty(&self) -> bool {
        self.pages.is_empty() && self.trust.is_empty()
    }

    /// Of the connections with which this happens, compared with today.
    pub(super) fn of(
        sight: &Sight<'_>,
        reach: &Reach,
        today: &Connections,
        then: &Connections,
        wanted: Change,
    ) -> Self {
        let mut needs = Self::default();
        needs.add(sight, reach, today, then, wanted);
        needs
    }

    pub(super) fn add(
        &mut self,
        sight: &Sight<'_>,
        reach: &Reach,
        today: &Connections,
        then: &Connections,
        wanted: Change,
    ) {
        for (key, link) in then.links.iter().filter(|(_, link)| sight.includes(link)) {
            let earlier = today.links.get(key);
            if sight.change(reach, key, earlier, link) != Some(wanted) {
                continue;
            }
            // Where nobody knows today whether it survives, it is enough that it is not certain to fail; to be sure of it is
            // asked for apart.
            let survives_today = earlier.is_some_and(|link| sight.fate(link) >= Fate::PresumedToSurvive);
            let enough = if survives_today || wanted == Change::MayFail { Truth::TruePresumed } else { Truth::Unknown };
            self.add_one(sight, key, link, enough);
        }
    }

    fn add_one(&mut self, sight: &Sight<'_>, key: &LinkKey, link: &Link, enough: Truth) {
        let name = sight.today.name(&key.1);
        match link.set_by {
            SetBy::Binding => {
                self.unavoidable.insert(format!(
                    "an Access Context Manager binding sets the session of {} with {name}: give the client ID {} a scoped \
                     setting of its own in the binding, with a session length of 0s",
                    key.0, key.1
                ));
                return;
            }
            SetBy::Unknown => {
                // Of what only may fail it is said elsewhere what is not known.
                if link.fate <= Fate::PresumedToBreak {
                    self.unavoidable.insert(format!(
                        "whether the console or an Access Context Manager binding decides over the session of {} with {name}                          is not known, and the connection fails by either: find out first",
                        key.0
                    ));
                }
                return;
            }
            SetBy::Console => {}
        }
        let (Some(unit), Some(path)) = (link.unit, &link.org_unit) else { return };
        if link.reauth.value() != Some(&Reauth::Required) {
            return;
        }
        let trusted = link.access.truth(|level| *level == Access::Trusted);
        if trusted < enough {
            let supposed = link.access.evidence.iter().find(|item| item.source == Source::Supposition);
            if let (Some(item), Some(level)) = (supposed, link.access.value()) {
                self.unavoidable.insert(format!(
                    "{} ({}) makes {name} {} in {path}, where {} has a connection: leave it out, or except {path} from it",
                    item.says,
                    item.locator,
                    level.describe(),
                    key.0
                ));
                return;
            }
            let units = self.trust.entry(key.1.clone()).or_default();
            units.entry(unit).or_default().insert(key.clone());
        }
        if link.exempt.truth(|ticked| *ticked) < enough {
            let page = link.reauth.inherited_from().unwrap_or(path);
            self.pages.entry(page.clone()).or_default().insert(key.clone());
        }
    }
}
