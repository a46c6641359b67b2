//! Taking evidence away turns nothing into its opposite: what was known stays as it was or becomes unknown.

use proptest::prelude::*;
use serde_json::json;

use super::world::{SOURCES, Seen, World, short};
use crate::checks::language::value::{Datum, Val};

/// What is taken away.
#[derive(Debug, Clone)]
enum Loss {
    Source(usize),
    Line(prop::sample::Index),
}

#[derive(Debug, Clone)]
struct Person {
    rank: u8,
    unit: &'static str,
    suspended: bool,
    role: Option<bool>,
    groups: [bool; 2],
}

fn person() -> impl Strategy<Value = Person> {
    let unit = prop::sample::select(vec!["/", "/Staff", "/Staff/IT"]);
    (0..4_u8, unit, any::<bool>(), any::<Option<bool>>(), any::<[bool; 2]>())
        .prop_map(|(rank, unit, suspended, role, groups)| Person { rank, unit, suspended, role, groups })
}

fn world() -> impl Strategy<Value = World> {
    let mode = || prop::sample::select(vec!["SSO_OFF", "SAML_SSO", "DOMAIN_WIDE_SAML_IF_ENABLED", "NEW"]);
    let target = prop::sample::select(vec!["/", "/Staff", "/Staff/IT", "g0", "g1"]);
    let answer = || {
        prop::option::of(prop::sample::select(vec![
            "v=spf1 -all",
            "v=spf1 redirect=s.example.com",
            "v=DMARC1; p=reject",
            "v=DKIM1; p=AA",
            "",
        ]))
    };
    let names = [
        "example.com",
        "s.example.com",
        "_dmarc.example.com",
        "_dmarc.s.example.com",
        "k._domainkey.example.com",
        "k._domainkey.s.example.com",
        "l._domainkey.example.com",
        "l._domainkey.s.example.com",
    ];
    (
        prop::collection::vec(person(), 0..4),
        prop::collection::vec((target, 0..3_i64, mode()), 0..4),
        prop::collection::vec(answer(), names.len()),
        any::<[bool; 2]>(),
    )
        .prop_map(move |(people, sso, answers, group_roles)| {
            let mut world = World::new().domain("example.com", "primary").domain("s.example.com", "secondary");
            for (number, person) in people.iter().enumerate() {
                let name = format!("u{number}");
                let mut flags = match person.rank {
                    0 => json!({"isAdmin": true}),
                    1 => json!({"isDelegatedAdmin": true}),
                    2 => json!({"isAdmin": null}),
                    _ => json!({}),
                };
                flags["suspended"] = json!(person.suspended);
                world = world.user(&name, person.unit, flags);
                if let Some(all) = person.role {
                    // A role that the record denies is a contradiction, which taking the role away resolves.
                    let role = if all && matches!(person.rank, 0 | 2) { "1" } else { "2" };
                    world = world.role(role, &name, "USER");
                }
                for group in (0..2).filter(|group| person.groups[*group]) {
                    world = world.member(&format!("g{group}"), json!({"id": name, "type": "USER"}));
                }
            }
            for group in (0..2).filter(|group| group_roles[*group]) {
                world = world.role("2", &format!("g{group}"), "GROUP");
            }
            for (target, rank, mode) in sso {
                world = world.sso(target, if target.starts_with('/') { 0 } else { rank }, mode);
            }
            for (name, answer) in names.iter().zip(answers) {
                world = match answer {
                    None => world.dns_fails(name),
                    Some("") => world.txt(name, &[]),
                    Some(text) => world.txt(name, &[text]),
                };
            }
            world
        })
}

/// Whether a value with less evidence says nothing that one with more does not.
fn says_no_more(less: &Val, more: &Val) -> Result<(), String> {
    let (Val::Known(little, _), Val::Known(much, _)) = (less, more) else {
        return match (less, more) {
            (Val::Unknown, _) => Ok(()),
            (Val::Known(..), _) => Err(format!("{} was not known", short(less))),
        };
    };
    match (little, much) {
        (Datum::Record(fields), Datum::Record(before)) => fields
            .iter()
            .try_for_each(|(name, value)| says_no_more(value, &before[name]).map_err(|why| format!("{name}: {why}"))),
        (Datum::List { items, open }, Datum::List { items: before, open: open_before }) => {
            let named = |item: &Val, among: &[Val]| among.iter().find(|other| short(other) == short(item)).cloned();
            for item in items.iter().filter(|item| **item != Val::Unknown) {
                let other = named(item, before).ok_or_else(|| format!("{} was not on the list", short(item)))?;
                says_no_more(item, &other)?;
            }
            if !open && (*open_before || items.len() != before.len()) {
                return Err(format!("{} was {}", short(less), short(more)));
            }
            Ok(())
        }
        (little, much) if little == much => Ok(()),
        (_, _) => Err(format!("{} was {}", short(less), short(more))),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn less_evidence_says_no_more(
        world in world(),
        loss in prop_oneof![(0..SOURCES.len()).prop_map(Loss::Source), any::<prop::sample::Index>().prop_map(Loss::Line)],
    ) {
        let (Seen(more), _) = world.tenant();
        let poorer = match &loss {
            Loss::Source(source) => world.clone().denied(SOURCES[*source]),
            Loss::Line(line) => world.clone().lost(line.index(world.lines.len())),
        };
        let (Seen(less), trace) = poorer.tenant();
        let verdict = says_no_more(&less, &more);
        prop_assert!(verdict.is_ok(), "{:?}\n{:?}", verdict, loss);
        prop_assert!(less == more || !trace.gaps.is_empty(), "what got lost is missed");
    }
}
