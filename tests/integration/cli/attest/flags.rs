//! What is said on the command line.

use jiff::{SignedDuration, Timestamp};

use super::{before, org_units, recorded};

#[test]
fn flags_say_one_thing_for_each_org_unit() {
    let sandbox = recorded();
    let at = before(&sandbox);
    let run = sandbox.run(&[
        "attest",
        "--snapshot",
        "snapshot.jsonl",
        "--setting",
        "cloud-session-control",
        "--org-unit",
        "/",
        "--reauth",
        "required",
        "--frequency",
        "90m",
        "--method",
        "security_key",
        "--exempt",
        "yes",
        "--below",
        "inherit",
        "--by",
        "bob@quiet.example",
        "--at",
        &at,
        "--expires",
        "2099-01-31",
        "--note",
        "ticket \"7\"",
        "--format",
        "json",
    ]);
    let json = run.exits(0).says(&["[[attestation]]"]).json();
    assert_eq!(json["file"], "attestations.toml");
    assert_eq!(json["added"][0]["setting"], "cloud-session-control");
    assert_eq!(json["added"][0]["below"], "inherit");
    let access = [
        "attest",
        "--snapshot",
        "snapshot.jsonl",
        "-q",
        "--setting",
        "app-access",
        "--app",
        "okta-workflows-gmail",
        "--access",
        "trusted",
        "--at",
        &at,
        "--org-unit",
    ];
    let with = |more: &[&'static str]| -> Vec<&str> { access.iter().chain(more).copied().collect() };
    sandbox.run(&with(&["/", "--below", "inherit"])).exits(0).says_nothing();
    let text = sandbox.read("attestations.toml").replace(&at, "[at]");
    insta::assert_snapshot!(text, @r#"
    [[attestation]]
    setting = "cloud-session-control"
    org_unit = "/"
    value = { reauth = "required", frequency = "90m", method = "security_key", exempt_trusted_apps = true }
    below = "inherit"
    attested_by = "bob@quiet.example"
    attested_at = [at]
    expires_at = 2099-01-31T00:00:00Z
    note = 'ticket "7"'

    [[attestation]]
    setting = "app-access"
    app = "okta-workflows-gmail"
    org_unit = "/"
    value = "trusted"
    below = "inherit"
    attested_by = "owner@quiet.example"
    attested_at = [at]
    "#);
    let report = sandbox.run(&["audit", "--snapshot", "snapshot.jsonl", "--format", "json"]).json();
    assert_eq!(
        org_units(&report),
        ["/", "/Office", "/Workshop"].map(|path| format!("{path}: required proven, exempt yes proven; trusted proven"))
    );
    // The same again adds nothing; the contrary of the same moment is refused.
    let again = sandbox.run(&with(&["/", "--below", "inherit"])).exits(0);
    assert_eq!(again.stdout, "0 attestations added to attestations.toml\n");
    let contrary: Vec<&str> =
        with(&["/"]).into_iter().map(|arg| if arg == "trusted" { "blocked" } else { arg }).collect();
    sandbox.run(&contrary).exits(2).prints_nothing().says(&["differs from attestations.toml:11", "--at"]);
    // Several at once.
    assert_eq!(
        sandbox.run(&with(&["/Office", "--org-unit", "/Workshop"])).exits(0).stdout,
        "2 attestations added to attestations.toml\n"
    );
}

#[test]
fn what_expires_proves_nothing_afterwards() {
    let sandbox = recorded();
    let at = before(&sandbox);
    let soon = (at.parse::<Timestamp>().expect("a time") + SignedDuration::from_mins(1)).to_string();
    let base = [
        "attest",
        "--offline",
        "--setting",
        "cloud-session-control",
        "--org-unit",
        "/",
        "--reauth",
        "not_required",
        "--below",
        "inherit",
        "--at",
        &at,
    ];
    let expiring =
        |expires: &'static str| -> Vec<&str> { base.iter().copied().chain(["--expires", expires]).collect() };
    sandbox.run(&expiring("2020-01-31")).exits(2).says(&["--expires", "not later"]);
    sandbox.run(&expiring("someday")).exits(2).says(&["someday", "2027-11-20"]);
    let args: Vec<&str> = base.iter().copied().chain(["--expires", &soon]).collect();
    sandbox.run(&args).exits(0);
    let report = sandbox.run(&["audit", "--snapshot", "snapshot.jsonl", "--format", "json"]).json();
    assert!(org_units(&report)[0].starts_with("/: unknown unknown"), "{:?}", org_units(&report));
}

#[test]
fn flags_that_do_not_make_an_attestation_are_refused() {
    let sandbox = recorded();
    for (args, says) in [
        (&["--reauth", "required"][..], &["--org-unit", "--setting"][..]),
        (&["--org-unit", "/", "--setting", "cloud-session-control", "--frequency", "16h"], &["--reauth"]),
        (&["--org-unit", "/", "--setting", "app-access", "--access", "trusted"], &["give also --app"]),
        (&["--org-unit", "/", "--setting", "app-access", "--app", "7.example", "--below", "inherit"], &["--access"]),
        (
            &["--org-unit", "/", "--setting", "cloud-session-control", "--reauth", "inherit"],
            &["nothing to inherit from"],
        ),
        (
            &["--org-unit", "/Office", "--setting", "app-access", "--app", "7.example", "--access", "unconfigured"],
            &["root alone"],
        ),
        (
            &["--org-unit", "/", "--setting", "app-access", "--app", "okta", "--access", "trusted"],
            &["--app", "neither a client ID"],
        ),
        (
            &["--org-unit", "/", "--setting", "cloud-session-control", "--reauth", "not_required", "--exempt", "yes"],
            &["--exempt", "--reauth required"],
        ),
        (
            &["--org-unit", "/", "--setting", "cloud-session-control", "--reauth", "required", "--access", "limited"],
            &["--access", "app-access"],
        ),
        (&["--org-unit", "/", "--setting", "cloud-session-control", "--reauth", "maybe"], &["maybe", "not_required"]),
        (
            &["--org-unit", "/", "--setting", "cloud-session-control", "--reauth", "required", "--frequency", "25h"],
            &["25h"],
        ),
        (
            &[
                "--org-unit",
                "/",
                "--setting",
                "cloud-session-control",
                "--reauth",
                "required",
                "--at",
                "2999-01-01T00:00:00Z",
            ],
            &["future"],
        ),
        (
            &["--org-unit", "/Offfice", "--setting", "cloud-session-control", "--reauth", "inherit"],
            &["no org unit /Offfice", "the nearest is /Office", "--offline"],
        ),
        (&["--stale", "--offline"], &["--stale", "--offline"]),
        (&["--ask"], &["--stale"]),
    ] {
        let args: Vec<&str> = ["attest"]
            .iter()
            .chain(args)
            .copied()
            .chain(if args.contains(&"--offline") { vec![] } else { vec!["--snapshot", "snapshot.jsonl"] })
            .collect();
        sandbox.run(&args).exits(2).prints_nothing().says(says);
    }
    assert!(!sandbox.path("attestations.toml").exists());
}
