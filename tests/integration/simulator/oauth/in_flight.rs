//! Settings, users and clients that change while connections are out.

use super::*;

/// The outcome of one connection at each full hour.
async fn outcomes(text: &str, client: &str, at: &[i64]) -> Vec<String> {
    let (running, caller) = start_still(text).await;
    let desktop = Desktop::new(&running, &caller, client);
    let token = desktop.authorize(USER).await;
    let mut seen = Vec::new();
    for hour in at {
        move_to(&running, hours(*hour));
        seen.push(desktop.outcome(&token).await);
    }
    running.shutdown().await;
    seen
}

/// Sixteen hours, four from the sixth hour on, never from the eighth, inherited (two hours) from the tenth.
fn restless() -> String {
    [
        CANARY.to_owned(),
        required("/", "2h", false),
        required("/Sales", "16h", false),
        action("+6h", &set_required("/Sales", "4h", false)),
        action("+8h", "set_session_control = { org_unit = \"/Sales\", value = { reauth = \"not_required\" } }"),
        action("+10h", "inherit_session_control = { org_unit = \"/Sales\" }"),
    ]
    .concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_takes_effect_at_once() {
    let seen = outcomes(&restless(), "untrusted", &[0, 5, 6, 7, 8, 9, 10]).await;
    let rapt = "invalid_rapt";
    assert_eq!(seen, ["refreshed", "refreshed", rapt, rapt, "refreshed", "refreshed", rapt]);
}

#[tokio::test(flavor = "multi_thread")]
async fn or_after_the_propagation_that_the_scenario_orders() {
    let text = format!("{}\n[oauth]\npropagation = \"90m\"\n", restless());
    let (running, caller) = start_still(&text).await;
    let desktop = Desktop::new(&running, &caller, "untrusted");
    let token = desktop.authorize(USER).await;
    let log = caller.token_for_all().await;
    let minutes = SignedDuration::from_mins;
    // At the sixth hour the change is made and in the log; it is enforced from half past seven on.
    for (moment, outcome, saves) in [
        (minutes(359), "refreshed", 2),
        (minutes(360), "refreshed", 3),
        (minutes(449), "refreshed", 3),
        (minutes(450), "invalid_rapt", 3),
        (minutes(569), "invalid_rapt", 4),
        (minutes(570), "refreshed", 4),
    ] {
        move_to(&running, moment);
        assert_eq!(desktop.outcome(&token).await, outcome, "{moment:#}");
        let path = format!("{ACTIVITIES}admin?eventName=SESSION_CONTROL_SETTINGS_CHANGE");
        assert_eq!(caller.all(&path, "items", &log).await.0.len(), saves, "{moment:#}");
    }
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trust_and_exemption_come_and_go() {
    let with = |deed: &str| format!("{CANARY}{}{}", required("/", "4h", true), action("+6h", deed));
    let distrust = "set_app_access = { org_unit = \"/Sales\", app = \"trusted\", level = \"limited\" }";
    assert_eq!(outcomes(&with(distrust), "trusted", &[5, 6]).await, ["refreshed", "invalid_rapt"]);
    let trust = "set_app_access = { org_unit = \"/Sales\", app = \"untrusted\", level = \"trusted\" }";
    assert_eq!(outcomes(&with(trust), "untrusted", &[5, 6]).await, ["invalid_rapt", "refreshed"]);
    let tick_off = set_required("/", "4h", false);
    assert_eq!(outcomes(&with(&tick_off), "trusted", &[5, 6]).await, ["refreshed", "invalid_rapt"]);
    let block = "set_app_access = { org_unit = \"/\", app = \"trusted\", level = \"blocked\" }";
    assert_eq!(outcomes(&with(block), "trusted", &[5, 6]).await, ["refreshed", "App is blocked"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn users_and_org_units_move() {
    let base = format!("{CANARY}{}{}", required("/", "24h", false), required("/Lab", "1h", false));
    let moved = format!("move_user = {{ user = {USER:?}, to = \"/Lab\" }}");
    assert_eq!(
        outcomes(&(base.clone() + &action("+2h", &moved)), "untrusted", &[1, 2]).await,
        ["refreshed", "invalid_rapt"]
    );

    let relocated = action("+2h", "move_org_unit = { org_unit = \"/Sales\", to = \"/Lab\" }");
    let renamed = action("+3h", "rename_org_unit = { org_unit = \"/Lab/Sales\", name = \"Trade\" }");
    let (running, caller) = start_still(&format!("{base}{relocated}{renamed}")).await;
    let desktop = Desktop::new(&running, &caller, "untrusted");
    let token = desktop.authorize(USER).await;
    let directory = caller.token_for_all().await;
    for (hour, path, outcome) in
        [(1, "/Sales", "refreshed"), (2, "/Lab/Sales", "invalid_rapt"), (3, "/Lab/Trade", "invalid_rapt")]
    {
        move_to(&running, hours(hour));
        let record = caller.get(&format!("/admin/directory/v1/users/{USER}"), Some(&directory)).await.json();
        assert_eq!(record["orgUnitPath"], path);
        let units = "/admin/directory/v1/customer/my_customer/orgunits?type=all";
        let (units, _) = caller.all(units, "organizationUnits", &directory).await;
        assert!(units.iter().any(|unit| unit["orgUnitPath"] == path), "{units:?}");
        assert_eq!(desktop.outcome(&token).await, outcome, "{path}");
    }
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_keeps_what_it_told() {
    let text = format!("{}{}", restless(), action("+1h", &format!("suspend_user = {{ user = {USER:?} }}")));
    let (running, caller) = start_still(&text).await;
    let token = caller.token_for_all().await;
    let log = async || {
        let (items, _) = caller.all(&format!("{ACTIVITIES}admin"), "items", &token).await;
        items.iter().rev().map(ToString::to_string).collect::<Vec<_>>()
    };
    let mut before = log().await;
    assert_eq!(before.len(), 3);
    for (hour, length) in [(1, 4), (6, 5), (10, 7)] {
        move_to(&running, hours(hour));
        let after = log().await;
        assert_eq!((after.len(), after.starts_with(&before)), (length, true), "after {hour} h");
        before = after;
    }
    assert!(before[3].contains("SUSPEND_USER") && before[3].contains("2026-11-23T11:00:00.000Z"), "{}", before[3]);
    running.shutdown().await;
}

#[test]
fn a_future_that_contradicts_itself_is_refused_at_once() {
    let refused = |tables: &str| match Scenario::from_toml(&format!("{CANARY}{tables}")) {
        Err(ScenarioError::Contradiction { what, .. }) => what,
        other => panic!("{tables}: {other:?}"),
    };
    let cases = [
        (action("+1d", "remove_org_unit = { org_unit = \"/Sales\" }"), "still users in /Sales"),
        (action("+1d", "move_user = { user = \"canary@canary.example\", to = \"/Nowhere\" }"), "no org unit /Nowhere"),
        (action("-1d", "move_user = { user = \"canary@canary.example\", to = \"/Lab\" }"), "only a later move"),
        (action("+1d", "change_password = { user = \"absent@canary.example\" }"), "no user absent"),
        (action("+1d", "revoke_grant = { user = \"canary@canary.example\", app = \"absent\" }"), "no app"),
        (action("+1d", "delete_client = { app = \"absent\" }"), "no app"),
        ("\n[oauth]\nunset_session = { reauth = \"inherit\" }\n".to_owned(), "nothing to inherit"),
        ("\n[[oauth.consent]]\napp = \"absent\"\nerror = \"access_denied\"\n".to_owned(), "no app"),
        ("\n[[oauth.consent]]\nuser = \"absent\"\nerror = \"access_denied\"\n".to_owned(), "no user"),
        (
            "\n[[app]]\nkey = \"x\"\nclient_id = \"9\"\nname = \"X\"\nclient_secret = \"s\"\n".to_owned(),
            "NATIVE_DESKTOP",
        ),
        (
            "\n[[app]]\nkey = \"../x\"\nclient_id = \"9\"\nname = \"X\"\nclient_secret = \"s\"\nclient_type = \
             \"NATIVE_DESKTOP\"\nnative_app = true\n"
                .to_owned(),
            "letters, digits",
        ),
    ];
    for (tables, words) in cases {
        let what = refused(&tables);
        assert!(what.contains(words), "{tables}{what}");
    }
    let twice = action("+1d", &format!("delete_user = {{ user = {USER:?} }}"))
        + &action("+2d", &format!("suspend_user = {{ user = {USER:?} }}"));
    assert!(refused(&twice).contains("at that time"));
    for unknown in ["[oauth]\ncolour = 1", "[[oauth.consent]]\nerror = \"dislike\"", "[[app]]\nclient_sekret = \"s\""] {
        assert!(
            matches!(Scenario::from_toml(&format!("{CANARY}\n{unknown}\n")), Err(ScenarioError::Syntax(_))),
            "{unknown}"
        );
    }
}
