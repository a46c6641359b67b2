//! What is granted must be what was asked for; else it is revoked again.

use super::{STRICT, World};

const SCOPES: &str = "openid email https://www.googleapis.com/auth/cloud-platform";

#[test]
fn what_was_not_asked_for_is_refused_and_revoked() {
    let strict = "strict@canary.example";
    let more = format!("{SCOPES} profile");
    let elsewhere =
        ["canary", "add", "--org-unit", "/", "--client", "sim/client-untrusted.json", "--role", "untrusted"];
    for (args, user, edits, words) in [
        (&STRICT[..], strict, &[("scope", more.as_str())][..], "more was granted than asked for"),
        (&STRICT[..], strict, &[("scope", "openid email")], "cloud-platform was not granted"),
        (&STRICT[..], "open@canary.example", &[], "open@canary.example is in /Open, not in /Strict"),
        (&elsewhere[..], strict, &[], "is in /Strict, not in /;"),
    ] {
        let world = World::new();
        let adding = world.add(args);
        adding.answer(&adding.consent(user, edits));
        let run = adding.end().exits(4).prints_nothing().says(&[words, "has been revoked again"]);
        assert!(!run.stderr.contains("panicked"));
        assert!(world.run(&["canary", "list"]).exits(0).stdout.starts_with("There is no canary."));
        assert!(!world.tenant.sandbox.path("state/tokens").exists(), "nothing was kept");
    }
}

#[test]
fn another_user_is_refused() {
    let world = World::new();
    let adding = world.add(&[&STRICT[..], &["--user", "strict@canary.example"]].concat());
    adding.answer(&adding.consent("open@canary.example", &[]));
    adding.end().exits(4).says(&["open@canary.example granted it, not strict@canary.example", "revoked again"]);
    // Nor may somebody else take an existing canary over.
    world.added(&STRICT, "strict@canary.example");
    let offline = world.add(&[&STRICT[..], &["--offline"]].concat());
    offline.answer(&offline.consent("open@canary.example", &[]));
    offline.end().exits(4).says(&["is that of strict@canary.example", "revoked again"]);
    assert_eq!(world.refresh(0), ["strict-untrusted: refreshed"]);
}

/// The code was asked for with another challenge than the verifier that gwsaudit holds.
#[test]
fn a_code_of_another_challenge_is_worthless() {
    let world = World::new();
    let adding = world.add(&STRICT);
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    adding.answer(&adding.consent("strict@canary.example", &[("code_challenge", challenge)]));
    adding.end().exits(4).prints_nothing().says(&["Google did not exchange the code"]);
}

#[test]
fn a_refusal_is_told_in_googles_words() {
    let world = World::new();
    let adding = world.add(&STRICT);
    let state = adding.parameter("state");
    let location = format!("{}/?error=admin_policy_enforced&state={state}", adding.redirect_uri());
    let (status, page) = adding.answer(&location);
    assert!(status.contains("200") && page.contains("Refused"), "{status} {page}");
    adding.end().exits(4).says(&["the authorisation was refused: admin_policy_enforced"]);
}

#[test]
fn nobody_is_waited_for_for_ever() {
    let world = World::new();
    let adding = world.add(&[&STRICT[..], &["--wait", "1s"]].concat());
    adding.end().exits(4).prints_nothing().says(&["no answer came within 1 s", "--wait"]);
}

/// A pair needs two clients, an org unit one pair; whatever is wrong is told before a person is asked.
#[test]
fn what_cannot_be_added_is_refused_before_anybody_is_asked() {
    let world = World::new();
    world.added(&STRICT, "strict@canary.example");
    let sandbox = &world.tenant.sandbox;
    sandbox.write("web.json", r#"{"web": {"client_id": "1-a", "client_secret": "GOCSPX-x"}}"#);
    sandbox.write("foreign.json", r#"{"installed": {"client_id": "1 a", "client_secret": "GOCSPX-x"}}"#);
    sandbox.write("there.json", "{}");
    let add = |org_unit: &str, client: &str, role: &str, more: &[&str]| {
        let args = ["canary", "add", "--org-unit", org_unit, "--client", client, "--role", role];
        world.run(&[&args[..], more].concat()).exits(2).prints_nothing()
    };
    let untrusted = "sim/client-untrusted.json";
    add("/Strict", untrusted, "trusted", &[]).says(&["a client of its own"]);
    add("/Strict", untrusted, "untrusted", &["--id", "other"]).says(&["--id strict-untrusted"]);
    add("/Open", untrusted, "untrusted", &["--id", "strict-untrusted"]).says(&["choose another --id"]);
    add("/Strict", "sim/client-trusted.json", "untrusted", &[]).says(&["another client", "canary remove"]);
    add("/Open", "web.json", "untrusted", &[]).says(&["web.json", "Desktop app"]);
    add("/Open", "foreign.json", "untrusted", &[]).says(&["foreign.json", "client_id"]);
    add("/Open", "sim/service-account.json", "untrusted", &[]).says(&["a service account's key"]);
    add("/Open", "nowhere.json", "untrusted", &[]).says(&["nowhere.json"]);
    add("/Open", untrusted, "friendly", &[]).says(&["trusted or untrusted"]);
    add("Open", untrusted, "untrusted", &[]).says(&["org unit path"]);
    add("/Open", untrusted, "untrusted", &["-q"]).says(&["leave out --quiet"]);
    add("/Open", untrusted, "untrusted", &["--token-command", "cat x"]).says(&["--store-command"]);
    add("/Open", untrusted, "untrusted", &["--store-command", "tee x"]).says(&["nobody could read"]);
    add("/Open", untrusted, "untrusted", &["--token-file", "there.json"]).says(&["there already"]);
    world.run(&["canary", "refresh", "nobody"]).exits(2).says(&["nobody", "canary list"]);
    world.run(&["canary", "remove", "nobody"]).exits(2).says(&["nobody", "canary list"]);
    if cfg!(target_os = "linux") {
        let world = World::with("tokens = \"keyring\"\n");
        world.run(&STRICT).exits(2).says(&["no keyring", "secret-tool"]);
    }
}

#[test]
fn without_a_folder_there_are_no_canaries() {
    let world = World::new();
    world.tenant.sandbox.edit("sim/gwsaudit.toml", "[canaries]\nstate_dir = \"../state\"\n", "");
    world.run(&["canary", "list"]).exits(2).says(&["state_dir", "GWSAUDIT_CANARIES__STATE_DIR"]);
    let home = world.tenant.sandbox.path("home");
    let home = home.to_str().expect("UTF-8");
    let run = world.tenant.run_with(&["canary", "list"], &[("HOME", home)]).exits(0).says_nothing();
    assert!(run.stdout.starts_with("There is no canary."));
    assert!(!world.tenant.sandbox.path("home").exists(), "looking makes nothing");
}
