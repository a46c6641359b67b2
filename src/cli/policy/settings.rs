//! From what the operator wrote to types of settings.

use std::collections::BTreeSet;

use super::args::Pattern;
use crate::cli::error::CliError;
use crate::domain::SettingType;
use crate::facts::Facts;
use crate::policy::{Listing, SettingCatalogue};
use crate::report::effective::Asked;

/// What is asked for: types that the catalogue knows, also by the names that Google's documents use for them, and types
/// of which the tenant has policies.
pub(super) fn chosen(patterns: &[Pattern], facts: &Facts) -> Result<Asked, CliError> {
    if patterns.is_empty() {
        return Ok(Asked::All);
    }
    let policies = &facts.evidence.populace.policies;
    let catalogue = SettingCatalogue::builtin();
    let known: BTreeSet<&SettingType> = catalogue.iter().map(|spec| &spec.setting).chain(policies.types()).collect();
    let mut types = BTreeSet::new();
    for pattern in patterns {
        match pattern {
            Pattern::Exact(name) => {
                let alias = || catalogue.iter().find(|spec| spec.aliases.iter().any(|alias| alias.as_str() == name));
                let found =
                    known.get(&SettingType::from_google(name)).copied().or_else(|| alias().map(|spec| &spec.setting));
                match found {
                    Some(setting) => types.insert(setting.clone()),
                    // The tenant may have policies of it.
                    None if policies.listing() != Listing::Complete => types.insert(SettingType::from_google(name)),
                    None => return Err(no_such(name, &known)),
                };
            }
            Pattern::Beginning(beginning) => {
                let begun = known.iter().filter(|setting| setting.as_str().starts_with(beginning.as_str()));
                let begun: Vec<SettingType> = begun.map(|setting| (*setting).clone()).collect();
                if begun.is_empty() && policies.listing() == Listing::Complete {
                    return Err(no_such(&format!("{beginning}*"), &known));
                }
                types.extend(begun);
            }
        }
    }
    Ok(Asked::These(types))
}

fn no_such(name: &str, known: &BTreeSet<&SettingType>) -> CliError {
    let nearest = known.iter().min_by_key(|setting| strsim::damerau_levenshtein(name, setting.as_str()));
    let nearest = nearest.map(|setting| format!("; the nearest is {setting}")).unwrap_or_default();
    CliError::Usage(format!(
        "--setting: neither the catalogue nor a policy of the tenant has the setting {name:?}{nearest}"
    ))
}
