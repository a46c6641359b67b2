//! Authorising a canary.

use super::{STRICT, World};

#[test]
fn a_canary_is_authorised_by_its_user_in_a_browser() {
    let world = World::new();
    let adding = world.add(&[&STRICT[..], &["--user", "strict@canary.example", "--below", "inherit"]].concat());
    assert_eq!(adding.parameter("login_hint"), "strict@canary.example");
    let location = adding.consent("strict@canary.example", &[]);
    let (status, page) = adding.answer(&location);
    assert!(status.contains("200") && page.contains("Close this window"), "{status} {page}");
    let run = adding.end().exits(0).says(&["private window", "strict@canary.example"]);
    assert!(run.stdout.starts_with("strict-untrusted is the untrusted canary of /Strict: strict@canary.example\n"));

    let listed = world.listed("strict-untrusted");
    for (key, value) in [
        ("org_unit", "/Strict"),
        ("role", "untrusted"),
        ("below", "inherit"),
        ("user", "strict@canary.example"),
        ("client_id", "200-untrusted.apps.googleusercontent.com"),
    ] {
        assert_eq!(listed[key], value, "{key}");
    }
    assert_eq!(listed["added_at"], listed["authorized_at"]);
    assert_eq!(listed["org_unit_checked_at"], listed["added_at"]);
    assert!(listed["last"].is_null() && listed["lives"].as_array().expect("lives").len() == 1);
    world.hides_secrets(&[]);
}

/// Foreign requests, a page's icon and an answer to another question are turned away and do no harm.
#[test]
fn only_the_answer_to_this_question_is_taken() {
    let world = World::new();
    let adding = world.add(&STRICT);
    let location = adding.consent("strict@canary.example", &[]);
    let state = adding.parameter("state");
    for (foreign, host, status) in [
        (format!("{}/favicon.ico", adding.redirect_uri()), None, "404"),
        (adding.redirect_uri(), None, "400"),
        (location.replace(&state, "another-state"), None, "400"),
        (format!("{}/?error=access_denied&state=another", adding.redirect_uri()), None, "400"),
        (location.clone(), Some("evil.example"), "421"),
    ] {
        let (found, page) = adding.answer_as(&foreign, host);
        assert!(found.contains(status) && !page.contains(&state), "{foreign}: {found} {page}");
    }
    let (found, _) = adding.answer(&location);
    assert!(found.contains("200"), "{found}");
    adding.end().exits(0);
}

#[test]
fn the_address_can_be_pasted_from_another_machine() {
    let world = World::new();
    let mut adding = world.add(&STRICT);
    adding.paste("");
    adding.paste("what?");
    let location = adding.consent("strict@canary.example", &[]);
    adding.paste(&location.replace(&adding.parameter("state"), "another"));
    adding.paste(&location);
    adding.end().exits(0).says(&["is not the address", "answers an earlier question"]);
    assert_eq!(world.refresh(0), ["strict-untrusted: refreshed"]);
}

#[test]
fn the_result_can_be_read_by_programs() {
    let world = World::new();
    let run = world.added(&[&STRICT[..], &["--id", "one", "--format", "json"]].concat(), "strict@canary.example");
    let json = run.json();
    assert_eq!((&json["id"], &json["role"]), (&"one".into(), &"untrusted".into()));
    assert_eq!(json["user"], "strict@canary.example");
}

/// A new life of the same canary: the old one's past stays, and is told apart.
#[test]
fn authorising_again_begins_a_new_life() {
    let world = World::new();
    world.added(&STRICT, "strict@canary.example");
    world.advance("5h");
    assert_eq!(world.refresh(0), ["strict-untrusted: invalid_rapt"]);
    world.added(&STRICT, "strict@canary.example");
    world.advance("1h");
    assert_eq!(world.refresh(0), ["strict-untrusted: refreshed"]);
    let listed = world.listed("strict-untrusted");
    assert_eq!(listed["lives"].as_array().expect("lives").len(), 2);
    assert_ne!(listed["added_at"], listed["authorized_at"]);
    assert_eq!(
        (&listed["bracket"]["survived_seconds"], &listed["bracket"]["failed_seconds"]),
        (&3600.into(), &().into())
    );
    assert_eq!(listed["bracket_of_all_lives"]["failed_seconds"], 5 * 3600);
    let text = world.run(&["canary", "list"]).exits(0).stdout;
    assert!(text.contains("for the 2nd time") && text.contains("over all its lives"), "{text}");
}

#[test]
fn offline_the_org_unit_is_not_checked_and_that_is_recorded() {
    let world = World::new();
    let adding = world.add(&[&STRICT[..], &["--offline"]].concat());
    // In another org unit than it was said to be.
    adding.answer(&adding.consent("open@canary.example", &[]));
    adding.end().exits(0).says(&["warning", "/Strict is not checked"]);
    assert!(world.listed("strict-untrusted")["org_unit_checked_at"].is_null());
    let text = world.run(&["canary", "list"]).exits(0).stdout;
    assert!(text.contains("never checked"), "{text}");
}
