//! Goals that collide: two checks of which whoever satisfies one fails the other.

use std::collections::{BTreeMap, BTreeSet};

use super::check::Check;
use crate::domain::CheckId;
use crate::facts::{AppExposure, CLOUD_SESSION_CONTROL, Facts};
use crate::report::model::{CheckResult, Collision, Status};

/// The collisions among the checks that were judged, where the question arose for both.
#[must_use]
pub fn collisions<'c>(
    checks: impl IntoIterator<Item = &'c dyn Check>,
    results: &[CheckResult],
    facts: &Facts,
) -> Vec<Collision> {
    let arose: BTreeSet<&str> = results
        .iter()
        .filter(|result| result.status != Status::NotApplicable)
        .map(|result| result.check.as_str())
        .collect();
    let mut found: BTreeMap<[CheckId; 2], Collision> = BTreeMap::new();
    for check in checks {
        let meta = check.meta();
        for conflict in meta.conflicts.iter().filter(|conflict| arose.contains(conflict.check.as_str())) {
            let (Ok(one), Ok(other)) = (meta.id.parse::<CheckId>(), conflict.check.parse::<CheckId>()) else {
                continue;
            };
            if !arose.contains(one.as_str()) {
                continue;
            }
            let mut pair = [one, other];
            pair.sort();
            let collision = found.entry(pair.clone()).or_insert_with(|| Collision {
                checks: pair.to_vec(),
                trades: Vec::new(),
                lets_through: Vec::new(),
            });
            if !collision.trades.contains(&conflict.trade) {
                collision.trades.push(conflict.trade.clone());
            }
            if meta.settings.iter().any(|setting| setting == CLOUD_SESSION_CONTROL) {
                collision.lets_through = exempted(facts);
            }
        }
    }
    found.into_values().collect()
}

/// Trusted apps with Cloud scopes: what "Exempt trusted apps" lets through, as far as grants could be read.
fn exempted(facts: &Facts) -> Vec<String> {
    let through = |app: &&AppExposure| !app.trusted_in.items.is_empty() && !app.cloud_scopes.items.is_empty();
    let name = |app: &AppExposure| {
        if app.name == app.client.as_str() { app.name.clone() } else { format!("{} ({})", app.name, app.client) }
    };
    facts.exposures.iter().filter(through).map(name).collect()
}
