//! Goals that collide are named from both sides, each with what following one costs the other.

use std::collections::BTreeSet;

use super::{REGISTRY, declared};

/// The collisions that the frameworks' texts show: CIS 1.3 (or our own check), SCuBA.
const KNOWN: [(&str, &str); 12] = [
    ("cis-gws-1.3-1.1.2", "scuba-gws-1-commoncontrols.6.2v1"),
    ("cis-gws-1.3-3.1.2.1.1.3", "scuba-gws-1-drivedocs.1.1v1"),
    ("cis-gws-1.3-3.1.2.1.1.6", "scuba-gws-1-drivedocs.1.7v1"),
    ("cis-gws-1.3-3.1.2.1.2.3", "scuba-gws-1-drivedocs.2.2v1"),
    ("cis-gws-1.3-3.1.2.2.2", "scuba-gws-1-drivedocs.5.1v1"),
    ("cis-gws-1.3-3.1.3.2.2", "scuba-gws-1-gmail.3.1v1"),
    ("cis-gws-1.3-3.1.3.2.3", "scuba-gws-1-gmail.4.2v1"),
    ("cis-gws-1.3-3.1.9.1.1", "scuba-gws-1-commoncontrols.11.1v1"),
    ("cis-gws-1.3-4.1.2.2", "scuba-gws-1-commoncontrols.8.2v1"),
    ("cis-gws-1.3-4.1.5.1", "scuba-gws-1-commoncontrols.5.6v1"),
    ("cis-gws-1.3-4.2.1.3", "scuba-gws-1-commoncontrols.10.3v1"),
    ("cis-gws-1.3-4.2.5.1", "trusted-apps-exempt"),
];

fn named() -> BTreeSet<(String, String)> {
    let checks = REGISTRY.checks();
    checks
        .flat_map(|check| {
            let meta = check.meta();
            meta.conflicts.iter().map(|collision| (meta.id.clone(), collision.check.clone()))
        })
        .collect()
}

#[test]
fn both_sides_name_each_other() {
    let named = named();
    for (one, other) in &named {
        assert!(REGISTRY.find_check(other).is_some(), "{one} collides with {other}, which is no check");
        assert!(named.contains(&(other.clone(), one.clone())), "{one} names {other}, which does not name it back");
    }
}

#[test]
fn those_of_the_frameworks_are_there() {
    let named = named();
    for (one, other) in KNOWN {
        assert!(named.contains(&(one.to_owned(), other.to_owned())), "{one} does not name {other}");
    }
}

/// The later edition collides where the earlier one does: twelve times, under its own numbers.
#[test]
fn both_editions_collide() {
    let of = |pack: &str| -> BTreeSet<&str> {
        let conflicts = declared(pack).flat_map(|check| &check.conflicts);
        conflicts.map(|conflict| conflict.check.as_str()).collect()
    };
    assert_eq!(of("cis-gws-1.3"), KNOWN.into_iter().map(|(_, other)| other).collect::<BTreeSet<_>>());
    assert_eq!(of("cis-gws-1.4"), of("cis-gws-1.3"));
}

#[test]
fn each_says_what_it_costs() {
    for check in REGISTRY.checks() {
        for collision in &check.meta().conflicts {
            let words = collision.trade.split_whitespace().count();
            assert!(words >= 8 && collision.trade.ends_with('.'), "{}: {:?}", check.meta().id, collision.trade);
        }
    }
}
