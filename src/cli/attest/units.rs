use std::collections::BTreeSet;

use crate::domain::OrgUnitPath;

/// The org units that an answer may name.
#[derive(Debug)]
pub(super) enum KnownUnits {
    /// Those of the tenant, all of them.
    All(BTreeSet<OrgUnitPath>),
    /// Some of the tenant's; there may be others.
    Some(BTreeSet<OrgUnitPath>),
    /// No tenant was read.
    Unread,
}

impl KnownUnits {
    /// Whether there can be such an org unit.
    ///
    /// # Errors
    /// Why not, and which was perhaps meant.
    pub(super) fn check(&self, path: &OrgUnitPath) -> Result<(), String> {
        match self {
            Self::All(units) if !path.is_root() && !units.contains(path) => {
                let near = nearest(path, units).map_or_else(String::new, |near| format!("; the nearest is {near}"));
                Err(format!("the tenant has no org unit {path}{near}"))
            }
            Self::All(_) | Self::Some(_) | Self::Unread => Ok(()),
        }
    }

    /// Those known, sorted by path.
    pub(super) fn paths(&self) -> impl Iterator<Item = &OrgUnitPath> {
        let known = match self {
            Self::All(units) | Self::Some(units) => Some(units),
            Self::Unread => None,
        };
        known.into_iter().flatten()
    }
}

/// The org unit that was perhaps meant: one of that name elsewhere, else the one that is written most alike.
fn nearest<'u>(path: &OrgUnitPath, units: &'u BTreeSet<OrgUnitPath>) -> Option<&'u OrgUnitPath> {
    let written = path.as_str().to_lowercase();
    let name = path.name().to_lowercase();
    units
        .iter()
        .map(|unit| {
            let text = unit.as_str().to_lowercase();
            let distance = strsim::damerau_levenshtein(&written, &text);
            let namesake = unit.name().to_lowercase() == name;
            (!namesake, distance, text.len().max(written.len()) / 2, unit)
        })
        .filter(|(other, distance, far, _)| !other || distance <= far)
        .min()
        .map(|(.., unit)| unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_org_unit_has_a_nearest_one() {
        let path = |text: &str| text.parse::<OrgUnitPath>().expect("a path");
        let units = KnownUnits::All(["/", "/Sales", "/Sales/EMEA", "/Support", "/Lab"].into_iter().map(path).collect());
        for (written, says) in [
            ("/Salse", "the tenant has no org unit /Salse; the nearest is /Sales"),
            ("/sales", "the tenant has no org unit /sales; the nearest is /Sales"),
            ("/EMEA", "the tenant has no org unit /EMEA; the nearest is /Sales/EMEA"),
            ("/Headquarters", "the tenant has no org unit /Headquarters"),
        ] {
            assert_eq!(units.check(&path(written)), Err(says.to_owned()));
        }
        assert_eq!(units.check(&path("/Sales/EMEA")), Ok(()));
        assert_eq!(KnownUnits::All(BTreeSet::new()).check(&OrgUnitPath::root()), Ok(()));
        assert_eq!(KnownUnits::Unread.check(&path("/Anything")), Ok(()));
    }
}
