//! Whether a connection survives, for every combination of session control, exemption, access, inheritance and bindings.

use super::*;

/// An org unit's own session control: none, not required, or required with hours and exemption.
#[derive(Clone, Copy)]
enum Own {
    Inherits,
    NotRequired,
    Required(i64, bool),
}

/// Units, each with its own setting. Parents come first.
const UNITS: [(&str, Own); 14] = [
    ("/Never", Own::NotRequired),
    ("/Never/Inherits", Own::Inherits),
    ("/Never/Overrides", Own::Required(2, false)),
    ("/Hour", Own::Required(1, false)),
    ("/Hour/Inherits", Own::Inherits),
    ("/Hour/Overrides", Own::NotRequired),
    ("/HourExempt", Own::Required(1, true)),
    ("/HourExempt/Inherits", Own::Inherits),
    ("/HourExempt/Overrides", Own::Required(3, false)),
    ("/Sixteen", Own::Required(16, false)),
    ("/SixteenExempt", Own::Required(16, true)),
    ("/Day", Own::Required(24, false)),
    ("/DayExempt", Own::Required(24, true)),
    ("/DayExempt/Inherits", Own::Inherits),
];

/// Clients and the access that the root gives them.
const LEVELS: [&str; 4] = ["trusted", "limited", "specific_data", "unconfigured"];

/// Written apart from the simulator: hours until the user has to sign in again.
fn expected(unit: &str, level: &str) -> Option<i64> {
    let own = UNITS.iter().find(|(path, _)| *path == unit).expect("a unit").1;
    match own {
        Own::Inherits => expected(unit.rsplit_once('/').expect("a parent").0, level),
        Own::NotRequired => None,
        Own::Required(_, true) if level == "trusted" => None,
        Own::Required(hours, _) => Some(hours),
    }
}

fn user(nth: usize) -> String {
    format!("canary{nth}@canary.example")
}

fn matrix() -> String {
    let mut text = CANARY.to_owned();
    for level in LEVELS.iter().skip(1) {
        write!(
            text,
            "\n[[app]]\nkey = {level:?}\nclient_id = \"400-{level}.apps.googleusercontent.com\"\nclient_secret = \
             \"GOCSPX-simulated-{level}\"\nname = \"A canary\"\nclient_type = \"NATIVE_DESKTOP\"\nnative_app = true\n"
        )
        .expect("memory");
        if *level != "unconfigured" {
            let deed = format!("set_app_access = {{ org_unit = \"/\", app = {level:?}, level = {level:?} }}");
            text += &action("-9d", &deed);
        }
    }
    for (nth, (path, own)) in UNITS.iter().enumerate() {
        write!(text, "\n[[org_unit]]\npath = {path:?}\n\n[[user]]\nemail = {:?}\norg_unit = {path:?}\n", user(nth))
            .expect("memory");
        text += &match own {
            Own::Inherits => String::new(),
            Own::NotRequired => {
                let value = "value = { reauth = \"not_required\" }";
                action("-9d", &format!("set_session_control = {{ org_unit = {path:?}, {value} }}"))
            }
            Own::Required(hours, exempt) => required(path, &format!("{hours}h"), *exempt),
        };
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn every_combination_ends_when_it_should() {
    let (running, caller) = start_still(&matrix()).await;
    let mut connections = Vec::new();
    for (nth, (unit, _)) in UNITS.iter().enumerate() {
        for level in LEVELS {
            let desktop = Desktop::new(&running, &caller, level);
            let token = desktop.authorize(&user(nth)).await;
            connections.push((*unit, level, desktop, token));
        }
    }
    let second = SignedDuration::from_secs(1);
    let mut ended = BTreeSet::new();
    for edge in [1, 2, 3, 16, 24, 100] {
        for moment in [hours(edge) - second, hours(edge)] {
            move_to(&running, moment);
            for (unit, level, desktop, token) in &connections {
                let limit = expected(unit, level);
                let over = limit.is_some_and(|limit| moment >= hours(limit));
                let outcome = if over { "invalid_rapt" } else { "refreshed" };
                assert_eq!(desktop.outcome(token).await, outcome, "{unit} {level} after {moment:#}");
                if over {
                    ended.insert((unit, level));
                }
            }
        }
    }
    // Both happen often enough that neither can be the only answer that this test ever saw.
    assert_eq!((ended.len(), connections.len()), (39, 56));
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refreshing_does_not_move_the_session_and_signing_in_does() {
    let (running, caller) = start_still(&format!("{CANARY}{}", required("/", "4h", true))).await;
    let desktop = Desktop::new(&running, &caller, "untrusted");
    let token = desktop.authorize(USER).await;
    for hour in 1..4 {
        move_to(&running, hours(hour));
        assert_eq!(desktop.outcome(&token).await, "refreshed");
    }
    move_to(&running, hours(4));
    assert_eq!(desktop.outcome(&token).await, "invalid_rapt");
    let again = desktop.authorize(USER).await;
    assert_eq!(desktop.outcome(&again).await, "refreshed");
    assert_eq!(desktop.outcome(&token).await, "invalid_rapt", "the old token is not repaired by a new one");
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn scopes_decide_who_is_subject_at_all() {
    let (running, caller) = start_still(&format!("{CANARY}{}", required("/", "1h", false))).await;
    let desktop = Desktop::new(&running, &caller, "untrusted");
    let cases = [
        ("openid email", "refreshed"),
        ("https://www.googleapis.com/auth/gmail.send", "refreshed"),
        ("https://www.googleapis.com/auth/compute", "refreshed"),
        ("openid https://www.googleapis.com/auth/cloud-platform.read-only", "invalid_rapt"),
        ("https://www.googleapis.com/auth/bigquery", "invalid_rapt"),
    ];
    let mut tokens = Vec::new();
    for (scopes, _) in cases {
        tokens.push(desktop.authorize_for(USER, scopes).await);
    }
    move_to(&running, hours(24));
    for ((scopes, outcome), token) in cases.iter().zip(tokens) {
        assert_eq!(desktop.outcome(&token).await, *outcome, "{scopes}");
    }
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_ever_set_anything_the_scenario_decides() {
    let table = |value: &str| format!("{CANARY}\n[oauth]\nunset_session = {{ {value} }}\n");
    let cases = [
        (CANARY.to_owned(), "refreshed invalid_rapt"),
        (table("reauth = \"not_required\""), "refreshed refreshed"),
        (table("reauth = \"required\", frequency = \"1h\", exempt_trusted_apps = false"), "invalid_rapt invalid_rapt"),
    ];
    for (text, outcomes) in cases {
        let (running, caller) = start_still(&text).await;
        let desktop = Desktop::new(&running, &caller, "trusted");
        let token = desktop.authorize(USER).await;
        move_to(&running, hours(15));
        let early = desktop.outcome(&token).await;
        move_to(&running, hours(16));
        assert_eq!(format!("{early} {}", desktop.outcome(&token).await), outcomes);
        running.shutdown().await;
    }
}

/// Bindings of as many groups of the canary user, and what becomes of the trusted and the other client in three hours.
#[tokio::test(flavor = "multi_thread")]
async fn bindings_come_before_org_units() {
    let never = action("-9d", "set_session_control = { org_unit = \"/\", value = { reauth = \"not_required\" } }");
    let short = required("/", "1h", true);
    let bound = |nth: usize, table: &str| {
        let group = format!("group{nth}@canary.example");
        (
            format!("\n[[group]]\nemail = {group:?}\nmembers = [{USER:?}]\n"),
            format!("\n[[gcp.binding]]\ngroup = {group:?}\n{table}\n"),
        )
    };
    let two_hours = "session = { length = \"7200s\", enabled = true }";
    let none = "session = { length = \"0s\" }";
    let cases = [
        ("over a unit that requires nothing", &never, vec![two_hours], "present", "invalid_rapt", "invalid_rapt"),
        ("over the exemption", &short, vec![two_hours], "present", "invalid_rapt", "invalid_rapt"),
        ("no limit", &short, vec![none], "present", "refreshed", "refreshed"),
        (
            "switched off",
            &short,
            vec!["session = { length = \"3600s\", enabled = false }"],
            "present",
            "refreshed",
            "refreshed",
        ),
        ("without session settings", &short, vec![""], "present", "refreshed", "invalid_rapt"),
        ("the last one wins", &short, vec![two_hours, none], "present", "refreshed", "refreshed"),
        (
            "the last one wins, whichever it is",
            &never,
            vec![none, two_hours],
            "present",
            "invalid_rapt",
            "invalid_rapt",
        ),
        ("unreadable ones hold too", &never, vec![two_hours], "denied", "invalid_rapt", "invalid_rapt"),
        ("there are none", &short, vec![two_hours], "none", "refreshed", "invalid_rapt"),
    ];
    for (what, unit, tables, readable, trusted, untrusted) in cases {
        let parts: Vec<_> = tables.iter().enumerate().map(|(nth, table)| bound(nth, table)).collect();
        let groups: String = parts.iter().map(|(group, _)| group.as_str()).collect();
        let bindings: String = parts.iter().map(|(_, binding)| binding.as_str()).collect();
        let gcp = format!("\n[gcp]\norganization = \"organizations/1\"\nbindings = {readable:?}\n");
        assert_eq!(
            after_three_hours(&format!("{CANARY}{unit}{groups}{gcp}{bindings}")).await,
            [trusted, untrusted],
            "{what}"
        );
    }
    // A scoped entry is about one client.
    let (group, binding) = bound(
        0,
        &format!("{two_hours}\nscoped = [{{ app = \"untrusted\", session = {{ length = \"0s\", enabled = false }} }}]"),
    );
    let gcp = "\n[gcp]\norganization = \"organizations/1\"\nbindings = \"present\"\n";
    let text = format!("{CANARY}{never}{group}{gcp}{binding}");
    assert_eq!(after_three_hours(&text).await, ["invalid_rapt", "refreshed"]);
    // Somebody else's group.
    let others = group.replace(USER, "root@canary.example");
    let text = format!("{CANARY}{never}{others}{gcp}{binding}");
    assert_eq!(after_three_hours(&text).await, ["refreshed", "refreshed"]);
}

/// What becomes of the two canaries.
async fn after_three_hours(text: &str) -> [String; 2] {
    let (running, caller) = start_still(text).await;
    let pair = ["trusted", "untrusted"].map(|key| Desktop::new(&running, &caller, key));
    let tokens = [pair[0].authorize(USER).await, pair[1].authorize(USER).await];
    move_to(&running, hours(3));
    let outcomes = [pair[0].outcome(&tokens[0]).await, pair[1].outcome(&tokens[1]).await];
    running.shutdown().await;
    outcomes
}
