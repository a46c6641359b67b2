use std::fmt::Write as _;

use super::expression::Expression;
use super::fake::{FakeScope, schema};
use super::schema::{Root, SubjectKind};

/// What is wrong with an expression, with the part underlined.
fn faults(text: &str, subject: SubjectKind) -> String {
    let faults = Expression::condition(text, schema(subject)).expect_err("it is wrong");
    let mut told = String::new();
    for fault in faults {
        let before = text[..fault.range.start].chars().count();
        let length = text[fault.range].chars().count().max(1);
        writeln!(told, "{text}\n{:before$}{:^<length$} {}", "", "", fault.message).expect("memory");
    }
    told
}

#[test]
fn faults_are_told_where_they_are() {
    let wrong = [
        "settings.gmail.pop_acces.enablePopAccess == false",
        "settings.gmail.pop_access.enablePop == false",
        "settings.gmail.pop_access",
        "settings.gmail",
        "setings.gmail.pop_access.enablePopAccess",
        "user.is_super_admin",
        "org_unit.cloud_session.frequencies > duration(\"1h\")",
        "settings.t.v.a == \"1\" && settings.t.v.b",
        "settings.gmail.service_status.serviceState == \"ENABLE\"",
        "settings.gmail.service_status.serviceState in [\"ENABLED\", \"OFF\"]",
        "settings.rule.dlp.exists(r, r.state == \"DELETED\")",
        "settings.rule.dlp.state == \"ACTIVE\"",
        "settings.t.v.s.startWith(\"x\")",
        "settings.t.v.s.startsWith()",
        "settings.t.v.a + 1",
        "settings.t.v.a + \"1\" == \"2\"",
        "settings.t.v.a > 1.5",
        "settings.t.v.s == null",
        "settings.t.v.s.matches(\"[\")",
        "settings.t.v.d < duration(\"1 hour\")",
        "now > timestamp(\"yesterday\")",
        "settings.t.v.p ? 1 : \"x\"",
        "settings.t.v.a * 2 == 4",
        "settings.t.v.services == settings.t.v.services",
        "settings.t.v.p == true || ",
        "settings.t.v.s == 'open",
        "has(settings.t.v.z)",
        "has(settings.rule.dlp)",
        "{'a': 1}.a == 1",
        "settings.t.v.p ? unknown() : unknown(settings.t.v.s)",
        "log.settings[1] == \"x\"",
        "[1, \"x\"].size() == 2",
        "settings.t.v.é == 1",
        "",
    ];
    let told: String = wrong.iter().map(|text| faults(text, SubjectKind::OrgUnit)).collect();
    insta::assert_snapshot!(told);
}

#[test]
fn bounds_come_before_parsing() {
    for (text, told) in [
        ("a".repeat(9_000), "8192 are allowed"),
        (format!("{}true{}", "(".repeat(40), ")".repeat(40)), "nest deeper than 32"),
        ("true ? true : ".repeat(40) + "true", "more than 32 choices"),
    ] {
        assert!(faults(&text, SubjectKind::Tenant).contains(told), "{told}");
    }
    // What is in a string does not count.
    let text = format!("\"{}\" == \"x\"", "(".repeat(100));
    assert!(Expression::condition(&text, schema(SubjectKind::Tenant)).is_ok());
}

/// Anything that fits the length must end in an expression or in faults, on the stack that there is.
#[test]
fn long_chains_are_parsed_or_refused() {
    for text in [
        "!".repeat(8_000) + "true",
        "-".repeat(8_000) + "1 == 1",
        "true && ".repeat(900) + "true",
        "1 + ".repeat(1_500) + "1 == 1",
        "now".to_owned() + &".a".repeat(4_000),
        "log".to_owned() + &"[0]".repeat(2_500),
        "[1]".to_owned() + &".map(x, x)".repeat(700),
        "1 in ".repeat(1_500) + "[1]",
        "1 == ".repeat(1_500) + "1",
        "\"".repeat(8_000),
        "\\".repeat(8_000),
        "? : ".repeat(30),
    ] {
        if let Ok(expression) = Expression::condition(&text, schema(SubjectKind::Tenant)) {
            drop(expression.evaluate(&FakeScope::default()));
        }
    }
}

#[test]
fn an_expression_tells_what_it_reads() {
    let text = "settings.rule.dlp.exists(r, r.state == \"ACTIVE\") && has(settings.t.v.a) && \
                log.settings[\"Proto name\"] == \"x\" && log.last.EVENT.A == \"y\" && now > now - duration(\"1h\")";
    let expression = Expression::condition(text, schema(SubjectKind::OrgUnit)).expect("sound");
    let settings: Vec<&str> = expression.settings().iter().map(|setting| setting.as_str()).collect();
    assert_eq!(settings, ["rule.dlp", "t.v"]);
    assert_eq!(expression.roots().iter().copied().collect::<Vec<_>>(), [Root::Settings, Root::Log, Root::Now]);
    assert_eq!(expression.reads().log_settings.iter().map(|name| &**name).collect::<Vec<_>>(), ["Proto name"]);
    assert_eq!(expression.reads().log_events.iter().map(|name| &**name).collect::<Vec<_>>(), ["EVENT"]);
}

#[test]
fn what_the_design_asks_for_is_sound() {
    for (subject, text) in [
        (SubjectKind::Tenant, "tenant.super_admins.all(u, u.roles.all(r, r == \"_SEED_ADMIN_ROLE\"))"),
        (
            SubjectKind::Tenant,
            "tenant.domains.filter(d, d.verified).all(d, d.spf.exists_one(r, r.all in [\"-\", \"~\"]))",
        ),
        (SubjectKind::Tenant, "tenant.domains.map(d, d.verified, d.dmarc[0].policy).all(p, p == \"reject\")"),
        (SubjectKind::User, "!user.is_super_admin || user.two_step_enrolled && user.sso == \"off\""),
        (SubjectKind::App, "app.last_used > now - duration(\"2160h\") && app.trusted_in.size() == 0"),
        (
            SubjectKind::OrgUnit,
            "org_unit.cloud_session.required && org_unit.cloud_session.frequency <= duration(\"16h\")",
        ),
        (SubjectKind::OrgUnit, "settings.gmail.imap_access.imapAccessRestriction.allowAllMailClients == true"),
        (SubjectKind::OrgUnit, "settings.t.v.open == \"LATER\" || settings.t.v.s.lowerAscii().matches(\"^x\")"),
        (SubjectKind::OrgUnit, "size(settings.rule.dlp.filter(r, r.displayName.contains(\"x\"))) >= 1"),
        (SubjectKind::OrgUnit, "int(log.settings[\"X retention_days\"]) >= 30"),
        (SubjectKind::Group, "group.email.endsWith(\"@example.com\") ? true : group.id != \"\""),
    ] {
        if let Err(faults) = Expression::condition(text, schema(subject)) {
            panic!("{text}: {faults:?}");
        }
    }
}
