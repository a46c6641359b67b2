use serde_json::json;

use super::world::World;

#[test]
fn active_ones_of_either_kind() {
    let world = World::new()
        .super_admin("ann")
        .user("sue", "/", json!({"isAdmin": true, "suspended": true}))
        .user("arc", "/", json!({"isAdmin": true, "archived": true}))
        .user("bob", "/Staff", json!({"isDelegatedAdmin": true}))
        .role("2", "bob", "USER")
        .user("cy", "/Staff", json!({}));
    let (seen, trace) = world.tenant();
    assert_eq!(seen.see("super_admins"), "[ann@example.com]");
    assert_eq!(seen.see("admins"), "[ann@example.com, bob@example.com]");
    assert_eq!(seen.see("admins.1.roles"), "[_GROUPS_ADMIN_ROLE]");
    assert_eq!(seen.see("admins.1.org_unit"), "/Staff");
    assert_eq!(seen.see("admins.1.is_super_admin"), "false");
    assert_eq!(seen.see("admins.1.two_step_enrolled"), "true");
    assert!(trace.items.iter().any(|item| item.locator == "user=sue@example.com" && item.says.ends_with("suspended")));
}

#[test]
fn roles_held_through_groups() {
    let world = World::new()
        .user("bob", "/", json!({}))
        .user("cy", "/", json!({}))
        .role("2", "g", "GROUP")
        .member("g", json!({"id": "h", "type": "GROUP"}))
        .member("h", json!({"id": "bob", "email": "bob@example.com", "type": "USER"}))
        .member("h", json!({"id": "cy", "email": "cy@elsewhere.example", "type": "EXTERNAL"}));
    assert_eq!(world.see("admins"), "[bob@example.com]");
    assert_eq!(world.see("admins.0.roles"), "[_GROUPS_ADMIN_ROLE]");
    let unknown = world.clone().denied("directory.members");
    assert_eq!(unknown.see("admins"), "?", "anybody may be in that group");
    assert_eq!(unknown.see("super_admins"), "[]");
    let flagged = unknown.user("dee", "/", json!({"isDelegatedAdmin": true})).role("1", "nobody", "USER");
    assert_eq!(flagged.see("admins"), "[dee@example.com, ...]");
    assert_eq!(flagged.see("admins.0.roles"), "?");
    let everybody = world.member("g", json!({"id": "C1", "type": "CUSTOMER"}));
    assert_eq!(everybody.see("admins"), "[bob@example.com, ...]");
    assert_eq!(everybody.see("super_admins"), "[]");
}

#[test]
fn without_roles_the_accounts_still_tell_super_administrators() {
    let world =
        World::new().super_admin("ann").user("bob", "/", json!({"isDelegatedAdmin": true})).role("2", "bob", "USER");
    let unnamed = world.clone().denied("directory.roles");
    assert_eq!(unnamed.see("super_admins"), "[ann@example.com]");
    assert_eq!(unnamed.see("admins.1.roles"), "[?]", "there is one, whichever");
    let unassigned = world.denied("directory.role_assignments");
    assert_eq!(unassigned.see("super_admins"), "[ann@example.com]");
    assert_eq!(unassigned.see("admins"), "[ann@example.com, bob@example.com, ...]");
    assert_eq!(unassigned.see("admins.1.roles"), "?");
    let (_, trace) = unassigned.tenant();
    assert!(trace.gaps.iter().any(|gap| gap.supply.contains("rolemanagement.readonly")), "{:?}", trace.gaps);
}

#[test]
fn other_accounts_pass_by() {
    let mut world = World::new()
        .super_admin("ann")
        .user("bob", "/", json!({}))
        .role("2", "g", "GROUP")
        .member("g", json!({"email": "BOB@example.com", "type": "USER"}));
    for number in 0..50 {
        world = world.user(&format!("user{number}"), "/", json!({}));
    }
    let kept = world.facts().evidence.accounts;
    let kept: Vec<&str> = kept.iter().map(|account| account.email.as_str()).collect();
    assert_eq!(kept, ["ann@example.com", "bob@example.com"]);
    assert_eq!(world.see("admins"), "[ann@example.com, bob@example.com]");
}

#[test]
fn a_lost_account_may_be_one() {
    let world = World::new().super_admin("ann").super_admin("bob");
    let last = world.lines.iter().rposition(|line| line["type"] == "user").expect("a user");
    let lost = world.lost(last);
    assert_eq!(lost.see("super_admins"), "[ann@example.com, ...]");
    assert_eq!(lost.see("admins"), "[ann@example.com, ...]");
}

#[test]
fn records_that_do_not_say_it_leave_it_open() {
    let world = World::new().super_admin("ann").user("bob", "/", json!({"isAdmin": null, "isDelegatedAdmin": null}));
    assert_eq!(world.see("super_admins"), "[ann@example.com, ...]");
    let held = world.role("1", "bob", "USER");
    assert_eq!(held.see("super_admins"), "[ann@example.com, bob@example.com]", "the role says it");
}

#[test]
fn a_contradiction_is_not_decided() {
    let world = World::new().super_admin("ann").user("bob", "/", json!({})).role("1", "bob", "USER");
    let (seen, trace) = world.tenant();
    assert_eq!(seen.see("super_admins"), "[ann@example.com, ...]");
    assert_eq!(seen.see("admins.1.is_super_admin"), "?");
    assert!(trace.gaps.iter().any(|gap| gap.why.contains("bob@example.com is no super administrator")));
}

#[test]
fn holders_that_nobody_knows() {
    let world = World::new().super_admin("ann");
    assert_eq!(world.clone().role("2", "a-service-account", "USER").see("admins"), "[ann@example.com]");
    let odd = world.role("2", "x", "ROBOT_ARMY");
    assert_eq!(odd.see("admins"), "[ann@example.com, ...]");
    assert_eq!(odd.see("admins.0.roles"), "[_SEED_ADMIN_ROLE, ...]");
}

#[test]
fn an_account_listed_twice_is_what_both_records_say() {
    let twice = World::new().user("ann", "/", json!({"isAdmin": true})).user(
        "ann",
        "/Staff",
        json!({"isAdmin": true, "suspended": true}),
    );
    assert_eq!(twice.see("super_admins"), "?", "whether she is active is open");
}

fn admin() -> World {
    World::new().user("ann", "/Staff/IT", json!({"isAdmin": true}))
}

fn sso(world: &World) -> String {
    world.see("admins.0.sso")
}

#[test]
fn the_innermost_org_unit_decides() {
    assert_eq!(sso(&admin()), "~off", "a profile for the whole organisation is not ruled out");
    assert_eq!(sso(&admin().sso("/", 0, "SSO_OFF")), "off");
    assert_eq!(sso(&admin().sso("/", 0, "SAML_SSO")), "on");
    assert_eq!(sso(&admin().sso("/", 0, "SAML_SSO").sso("/Staff", 0, "SSO_OFF")), "off");
    assert_eq!(sso(&admin().sso("/", 0, "SSO_OFF").sso("/Staff", 0, "OIDC_SSO")), "on");
    assert_eq!(sso(&admin().sso("/Elsewhere", 0, "SAML_SSO")), "~off");
    let (seen, trace) = admin().sso("/", 0, "SAML_SSO").sso("/", 0, "SSO_OFF").tenant();
    assert_eq!(seen.see("admins.0.sso"), "?", "two for one org unit");
    assert!(trace.gaps.iter().any(|gap| gap.why.contains("which of several sign-on assignments decides")));
    assert_eq!(sso(&admin().sso("/", 0, "DOMAIN_WIDE_SAML_IF_ENABLED")), "~on");
    assert_eq!(sso(&admin().sso("/", 0, "CARRIER_PIGEON")), "?");
    assert_eq!(sso(&admin().sso("/", 0, "SAML_SSO").denied("cloudidentity.inbound_sso")), "?");
    assert_eq!(sso(&admin().sso("/", 0, "SAML_SSO").denied("directory.orgunits")), "?");
}

#[test]
fn groups_come_first_and_of_these_the_lowest_rank() {
    let in_group = |world: World, group: &str| world.member(group, json!({"id": "ann", "type": "USER"}));
    let root_on = || admin().sso("/", 0, "SAML_SSO");
    assert_eq!(sso(&in_group(root_on().sso("g", 1, "SSO_OFF"), "g")), "off");
    assert_eq!(sso(&root_on().sso("g", 1, "SSO_OFF")), "on", "she is not in it");
    let both = |one: i64, other: i64| {
        let world = admin().sso("g", one, "SSO_OFF").sso("h", other, "SAML_SSO");
        sso(&in_group(in_group(world, "g"), "h"))
    };
    assert_eq!(both(1, 2), "off");
    assert_eq!(both(2, 1), "on");
    assert_eq!(both(1, 1), "?", "a tie");
    assert_eq!(both(0, 1), "?", "a group without a rank");
    let nested = root_on().sso("g", 1, "SSO_OFF").member("g", json!({"id": "h", "type": "GROUP"}));
    assert_eq!(sso(&in_group(nested, "h")), "off");
}

#[test]
fn unknown_members_matter_only_where_the_answers_differ() {
    let unknown = |world: World| sso(&world.denied("directory.members"));
    assert_eq!(unknown(admin().sso("/", 0, "SAML_SSO").sso("g", 1, "SSO_OFF")), "?");
    assert_eq!(unknown(admin().sso("/", 0, "SAML_SSO").sso("g", 1, "OIDC_SSO")), "on");
    assert_eq!(unknown(admin().sso("/", 0, "SSO_OFF")), "off");
}
