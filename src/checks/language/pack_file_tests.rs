use std::collections::BTreeMap;
use std::path::Path;

use jiff::SignedDuration;

use super::declared::PackFile;
use super::example::{DnsAnswer, ExampleSubject, LogEventKind};
use super::fake::FakeSettings;
use super::pack_file::{load_builtin, load_dir};
use super::schema::SubjectKind;
use crate::domain::{OrgUnitPath, SettingType, Severity};
use crate::report::model::Status;

const SOUND: &str = r#"
pack: base-1
title: A base
framework: Base 1.0
checks:
  - control: "GWS.X.1.1v1"
    title: POP and IMAP are off
    severity: medium
    level: 2
    subject: org_unit
    rationale: >-
      Old protocols know
      no second step.
    condition: >-
      settings.gmail.pop_access.enablePopAccess == false
      && settings.gmail.imap_access.enableImapAccess == false
    not_applicable: settings.gmail.service_status.serviceState == "DISABLED"
    message: "POP is {settings.gmail.pop_access.enablePopAccess}."
    remediation:
      console: Apps > Gmail
      url: https://admin.google.com/x
      steps: [Turn it off.]
    references: ["https://example.com/"]
    conflicts: [{check: other, trade: This for that.}]
    examples:
      - name: both off
        status: pass
        settings: {gmail.pop_access: {enablePopAccess: false}, gmail.imap_access: {enableImapAccess: false}}
      - status: {"/": pass, /Lab: fail, "group:g@example.com": fail}
        org_units: {/Lab: {gmail.imap_access: {enableImapAccess: true}}, /Empty: }
        groups: {g@example.com: {members: [a@example.com], settings: {gmail.pop_access: {enablePopAccess: true}}}}
        users: [{email: a@example.com, org_unit: /Lab, licences: ["1010020020"]}]
        dns: {example.com: failed, example.org: ["v=spf1 -all"]}
        log:
          - {setting: Proto name, value: true, days_ago: 3}
          - {setting: Proto name, deleted: true, org_unit: /Lab}
          - {event: TOGGLE, parameters: {A: "x"}}
        list_settings: [{type: rule.dlp, value: {state: ACTIVE}}]
        sso: [{target: /, mode: off}]
        denied: [dns]
  - control: "2"
    title: Somebody looks
    severity: info
    subject: tenant
    rationale: It matters.
    manual: {reason: No API., look_for: A tick.}
    remediation: {}
"#;

fn loaded(files: &[(&str, &str)]) -> Vec<PackFile> {
    load_builtin(files, &FakeSettings, &[]).unwrap_or_else(|errors| panic!("{errors}"))
}

fn faults(files: &[(&str, &str)]) -> String {
    load_builtin(files, &FakeSettings, &[]).expect_err("it is wrong").to_string()
}

#[test]
fn a_pack_is_read_whole() {
    let packs = loaded(&[("base.yaml", SOUND)]);
    let [check, manual] = packs[0].checks.as_slice() else { panic!("two checks") };
    assert_eq!((check.id.as_str(), check.control.as_deref()), ("base-1-x.1.1v1", Some("GWS.X.1.1v1")));
    assert_eq!(
        (check.severity, check.level.as_deref(), check.subject),
        (Severity::Medium, Some("2"), SubjectKind::OrgUnit)
    );
    assert_eq!(check.rationale, "Old protocols know no second step.");
    assert_eq!(check.references, ["Base 1.0 GWS.X.1.1v1", "https://example.com/"]);
    assert_eq!(check.declared_at, ("base.yaml".to_owned(), 6));
    assert_eq!(check.condition().map(|condition| condition.settings().len()), Some(2));
    assert_eq!(manual.manual().map(|manual| manual.look_for.as_str()), Some("A tick."));
    assert!(manual.condition().is_none() && manual.message().is_none());
    let [first, second] = check.examples.as_slice() else { panic!("two examples") };
    assert_eq!(first.expect, BTreeMap::from([(ExampleSubject::OrgUnit(OrgUnitPath::root()), Status::Pass)]));
    assert_eq!(first.settings[&SettingType::from_google("gmail.pop_access")]["enablePopAccess"], false);
    assert_eq!(second.expect.len(), 3);
    assert_eq!(second.org_units.len(), 2);
    assert_eq!(second.dns["example.com"], DnsAnswer::Failed);
    assert_eq!(second.dns["example.org"], DnsAnswer::Texts(vec!["v=spf1 -all".to_owned()]));
    assert_eq!(second.log[0].ago, SignedDuration::from_hours(72));
    assert_eq!(second.log[0].what, LogEventKind::Set { setting: "Proto name".to_owned(), value: "true".to_owned() });
    assert_eq!(second.log[1].what, LogEventKind::Deleted { setting: "Proto name".to_owned() });
    assert_eq!((second.sso[0].mode.as_str(), second.users[0].licences.len()), ("off", 1));
}

#[test]
fn a_pack_builds_on_another() {
    let later = "
pack: base-2
title: The next
framework: Base 2.0
extends: base-1
drop: [\"2\"]
renumber: {GWS.X.1.1v1: \"3\"}
checks:
  - {control: \"4\", title: New, severity: low, subject: tenant, rationale: So., remediation: {},
     manual: {reason: No API., look_for: A tick.}}
";
    // In whatever order they come.
    let packs = loaded(&[("b.yaml", later), ("a.yaml", SOUND)]);
    let told: Vec<(&str, &str)> =
        packs[1].checks.iter().map(|check| (check.id.as_str(), check.references[0].as_str())).collect();
    assert_eq!(told, [("base-2-3", "Base 2.0 3"), ("base-2-4", "Base 2.0 4")]);
    assert_eq!(packs[1].checks[0].pack.as_str(), "base-2");
    assert_eq!(packs[1].checks[0].references.len(), 2);
    assert_eq!(packs[0].checks.len(), 2);
}

#[test]
fn a_folder_may_build_on_what_there_is() {
    let builtin = loaded(&[("base.yaml", SOUND)]);
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("mine.yaml"), "pack: mine\nextends: base-1\n").expect("written");
    std::fs::write(folder.path().join("notes.txt"), "not a pack").expect("written");
    let packs = load_dir(folder.path(), &FakeSettings, &builtin).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(packs.len(), 1);
    assert_eq!((packs[0].title.as_str(), packs[0].checks[1].id.as_str()), ("A base", "mine-2"));
    let nowhere = load_dir(Path::new("no/such/folder"), &FakeSettings, &[]).expect_err("not there").to_string();
    assert!(nowhere.starts_with("no/such/folder: cannot be read: "), "{nowhere}");
}

/// A check of which one line is replaced.
fn check(lines: &str) -> String {
    let mut check = "pack: p\ntitle: P\nchecks:\n  - control: \"1\"\n    title: T\n".to_owned();
    for line in [
        "severity: low",
        "subject: org_unit",
        "rationale: R",
        "condition: settings.t.v.p",
        "message: M",
        "remediation: {console: C}",
    ] {
        let key = line.split(':').next().expect("a key");
        if !lines.lines().any(|replaced| replaced.trim_start_matches('-').split(':').next() == Some(key)) {
            check += &format!("    {line}\n");
        }
    }
    for line in lines.lines().filter(|line| !line.starts_with('-')) {
        check += &format!("    {line}\n");
    }
    check
}

#[test]
fn faults_are_told_with_their_places() {
    let wrong = [
        check("condition: >-\n  settings.t.v.p\n  && settings.t.v.zz == 1"),
        check("condition: |\n  settings.gmail.pop_acces.enablePopAccess == false"),
        check("condition: \"settings.t.v.s == \\\"a\\\" && nobody\""),
        check("condition: 'settings.t.v.s == ''a'' && nobody'"),
        check("condition: settings.t.v.s.matches(\"a\") &&"),
        check("condition: true"),
        check("message: \"POP is {settings.t.v.zz}, {org_unit}.\""),
        check("-message:"),
        check("-condition:"),
        check("manual: {reason: R, look_for: L}"),
        check("severity: urgent\nsubject: orgunit\nseverty: low"),
        check("remediation: {consol: C, url: admin.google.com}"),
        check("id: Mine"),
        check("level: [1]\nsources: dns\nlimits: 1"),
        check(
            "examples:\n  - {status: passed}\n  - {settings: {gmail.pop_acess: {}}}\n  - {status: pass, org_units: {Lab: }}",
        ),
        check(
            "examples:\n  - {status: {\"user:a\": pass, everybody: fail}, log: [{setting: x}], users: [{mail: a@b.c}]}",
        ),
        check("examples:\n  - {status: pass, settings: {gmail.pop_access: {enablePOPAccess: true}}, dns: {x: 1}}"),
        check(
            "subject: user\ncondition: user.suspended\nexamples: [{status: pass, users: [{email: a@b.c}, {email: b@b.c}]}]",
        ),
        check("not_applicable: settings.t.v.a"),
        "pack: P 1\nchecks: []\n".to_owned(),
        "pack: p\ntitle: P\n".to_owned(),
        "pack: p\ntitle: P\nchecks: [\n".to_owned(),
        "pack: p\ntitle: P\ntitle: Q\nchecks: []\n".to_owned(),
        "- a\n- b\n".to_owned(),
        "pack: p\ntitle: P\nextends: q\ndrop: [\"1\"]\n".to_owned(),
        "pack: p\ntitle: P\nextends: p\n".to_owned(),
        "pack: p\ntitle: P\ndrop: [\"1\"]\nchecks: []\n".to_owned(),
        check("") + &check("").lines().skip(3).fold(String::new(), |text, line| text + line + "\n"),
    ];
    let told: Vec<String> = wrong.iter().map(|text| faults(&[("packs/p.yaml", text)])).collect();
    insta::assert_snapshot!(told.join("\n\n"));
}

#[test]
fn what_a_terminal_would_obey_is_made_visible() {
    let told = faults(&[("p.yaml", "pack: p\ntitle: P\nchecks: []\n\"\\e[31m\": 1\n")]);
    assert!(told.contains("unknown key `\u{fffd}[31m`") && !told.contains('\u{1b}'), "{told}");
}

#[test]
fn faults_of_all_files_are_told_together() {
    let told = faults(&[
        ("a.yaml", SOUND),
        ("b.yaml", SOUND),
        ("c.yaml", "pack: c\ntitle: C\nextends: base-1\ndrop: [\"9\"]\nrenumber: {\"2\": GWS.X.1.1v1}\n"),
        (
            "d.yaml",
            "pack: d\ntitle: D\nchecks: [{id: base-1-2, title: T, severity: low, subject: tenant, rationale: R, remediation: {}, manual: {reason: R, look_for: L}}]\n",
        ),
    ]);
    insta::assert_snapshot!(told, @r#"
    b.yaml:2:7: a.yaml is already pack base-1
    c.yaml:4:8: pack base-1 has no check "9"
    c.yaml:5:12: two checks of pack base-1 would be c-x.1.1v1 here
    d.yaml:3:1: check base-1-2 is in a.yaml too
    "#);
}
