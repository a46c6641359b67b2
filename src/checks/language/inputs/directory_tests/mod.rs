mod administrators;
mod domains;
mod law;
mod world;

use super::Trace;
use crate::checks::language::schema::Root;
use crate::checks::language::types::Type;
use crate::checks::language::value::{Datum, Val};
use world::World;

/// A value is of a type: records have exactly its fields.
fn fits(value: &Val, of: &Type, path: &str) {
    let Val::Known(datum, _) = value else { return };
    match (datum, of) {
        (Datum::Bool(_), Type::Bool) | (Datum::Text(_), Type::Text) => {}
        (Datum::Text(word), Type::Enum(of)) => {
            assert!(of.words.contains(word), "{path}: {word} is no word of {}", of.name);
        }
        (Datum::List { items, .. }, Type::List(of)) => {
            items.iter().for_each(|item| fits(item, of, &format!("{path}[]")));
        }
        (Datum::Record(fields), Type::Record(of)) => {
            assert_eq!(fields.keys().collect::<Vec<_>>(), of.fields.keys().collect::<Vec<_>>(), "{path}");
            for (name, value) in fields.iter() {
                fits(value, &of.fields[name], &format!("{path}.{name}"));
            }
        }
        (datum, of) => panic!("{path}: {datum:?} is no {of}"),
    }
}

#[test]
fn values_are_shaped_as_the_schema_says() {
    let world = World::new()
        .super_admin("ann")
        .user("bob", "/Staff", serde_json::json!({"isDelegatedAdmin": true}))
        .role("2", "bob", "USER")
        .sso("/", 0, "SAML_SSO")
        .domain("example.com", "primary")
        .txt("example.com", &["v=spf1 include:_spf.google.com ~all"])
        .txt("_dmarc.example.com", &["v=DMARC1; p=none; rua=mailto:a@example.com"])
        .txt("google._domainkey.example.com", &["v=DKIM1; k=rsa; p=MIIB"]);
    let (seen, trace) = world.tenant();
    let of = Root::Tenant.type_of().expect("a type");
    fits(&seen.0, &of, "tenant");
    fits(&seen.at("admins.0").0, &Root::User.type_of().expect("a type"), "user");
    assert_eq!(trace.gaps, std::collections::BTreeSet::new(), "everything is known");
    assert!(trace.items.iter().any(|item| item.locator == "user=ann@example.com" && item.says.contains("active")));
    assert!(trace.items.iter().any(|item| item.locator == "TXT _dmarc.example.com"));
    assert_eq!(seen.see("primary_domain"), "example.com");
}

#[test]
fn what_is_not_known_says_what_to_supply() {
    let mut world = World::new().super_admin("ann").domain("example.com", "primary");
    for source in world::SOURCES {
        world = world.denied(source);
    }
    let (seen, trace) = world.tenant();
    for field in ["super_admins", "admins", "domains", "primary_domain"] {
        assert_eq!(seen.see(field), "?", "{field}");
    }
    assert!(trace.gaps.iter().any(|gap| gap.supply.contains("admin.directory.user.readonly")), "{:?}", trace.gaps);
    assert!(trace.gaps.iter().any(|gap| gap.supply.contains("admin.directory.domain.readonly")));
    assert_ne!(trace, Trace::default());
}
