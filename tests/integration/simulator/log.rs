//! Windows and schemas of the logs.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_newest_first_and_reaches_back_180_days() {
    let mut text = SMALL.to_owned();
    for days in [1, 2, 90, 179, 181, 400] {
        text.push_str(&format!(
            "\n[[token_event]]\nat = \"-{days}d\"\nuser = \"root@small.example\"\napp = \"okta\"\n"
        ));
    }
    text.push_str(
        "\n[[token_event]]\nat = \"-3d\"\ndeed = \"revoke\"\nuser = \"nobody@small.example\"\napp = \"okta\"\n",
    );
    let running = start_at(&text, Some("2026-11-23T10:00:00Z")).await;
    let caller = Caller::new(&running);
    let token = caller.token_for_all().await;
    let count = async |query: &str| {
        let (items, _) = caller.all(&format!("{ACTIVITIES}token{query}"), "items", &token).await;
        let times: Vec<_> = items.iter().map(|item| item["id"]["time"].as_str().expect("a time").to_owned()).collect();
        assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
        assert!(times.iter().all(|time| time.len() == "2026-11-22T10:00:00.000Z".len()), "{times:?}");
        items.len()
    };
    assert_eq!(count("").await, 5);
    assert_eq!(count("?startTime=2020-01-01T00:00:00Z").await, 5);
    assert_eq!(count("?startTime=2026-11-21T00:00:00Z").await, 2);
    assert_eq!(count("?endTime=2026-11-21T00:00:00Z").await, 3);
    assert_eq!(count("?startTime=2026-11-01T00:00:00Z&endTime=2026-11-21T00:00:00Z").await, 1);
    assert_eq!(count("?eventName=authorize").await, 4);
    assert_eq!(count("?eventName=revoke").await, 1);
    assert_eq!(count("?eventName=deny&unknownParameter=1").await, 0);
    assert_eq!(count("?maxResults=1").await, 5);

    let by = ACTIVITIES.replace("all", "nobody@small.example");
    let by = caller.get(&format!("{by}token"), Some(&token)).await;
    assert_eq!(by.json()["items"].as_array().map(Vec::len), Some(1));
    for bad in
        ["?startTime=2026-11-22T00:00:00Z&endTime=2026-11-21T00:00:00Z", "?startTime=yesterday", "?maxResults=1001"]
    {
        assert_eq!(caller.get(&format!("{ACTIVITIES}token{bad}"), Some(&token)).await.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(caller.get(&format!("{ACTIVITIES}drive"), Some(&token)).await.status, StatusCode::BAD_REQUEST);
    running.shutdown().await;
}

/// The admin log of a scenario that starts at a time: per activity, oldest first, each event's name and parameters.
async fn admin_log(text: &str, now: &str) -> Vec<Vec<String>> {
    let running = start_at(text, Some(now)).await;
    let caller = Caller::new(&running);
    let token = caller.token_for_all().await;
    let (items, _) = caller.all(&format!("{ACTIVITIES}admin"), "items", &token).await;
    running.shutdown().await;
    let line = |event: &Value| {
        let mut line = event["name"].as_str().expect("a name").to_owned();
        for parameter in event["parameters"].as_array().expect("parameters") {
            let value = parameter["value"].as_str().or(parameter["intValue"].as_str()).expect("text");
            line.push_str(&format!(" {}={value}", parameter["name"].as_str().expect("a name")));
        }
        line
    };
    items.iter().rev().map(|item| item["events"].as_array().expect("events").iter().map(line).collect()).collect()
}

/// One session change after another, one app change and one new org unit.
const CHANGES: &str = r#"
[[action]]
at = "-3h"
set_session_control = { org_unit = "/Sales", value = { reauth = "required", frequency = "16h", exempt_trusted_apps = true } }

[[action]]
at = "-2h"
set_session_control = { org_unit = "/Sales", value = { reauth = "required", frequency = "4h", exempt_trusted_apps = true } }

[[action]]
at = "-1h"
set_app_access = { org_unit = "/", app = "okta", level = "trusted" }

[[action]]
at = "-30m"
create_org_unit = { org_unit = "/Sales/EMEA" }
"#;

#[tokio::test(flavor = "multi_thread")]
async fn the_log_has_the_schema_of_its_day() {
    let legacy = "SESSION_CONTROL_SETTINGS_CHANGE REAUTH_APPLICATION=CLOUD_ADMIN_TOOLS REAUTH_SETTING_OLD=INHERIT \
                  REAUTH_SETTING_NEW=SOME_COMPOSITE_TEXT_GOOGLE_CHOSE(16 hours, password) ORG_UNIT_NAME=Sales";
    let split = "SESSION_CONTROL_SETTINGS_CHANGE REAUTH_APPLICATION=CLOUD_ADMIN_TOOLS SETTING_NAME=Some label Google chose \
                 OLD_VALUE=16 hours NEW_VALUE=4 hours ORG_UNIT_NAME=Sales";
    let added = "ADD_TO_TRUSTED_OAUTH2_APPS OAUTH2_APP_ID=1-a.apps.googleusercontent.com OAUTH2_APP_NAME=Flow Tool \
                 OAUTH2_APP_TYPE=OAUTH2_CLIENT ORG_UNIT_NAME=Small Example";
    let changed = "CHANGE_APP_ACCESS SOME_APP_FIELD=1-a.apps.googleusercontent.com SOME_NEW_FIELD=A label Google chose \
                   ORG_UNIT_NAME=Small Example";
    let created = "CREATE_ORG_UNIT ORG_UNIT_NAME=EMEA";
    for (now, activities, has, lacks) in [
        ("2026-02-16T12:00:00Z", 4, vec![legacy, added, created], vec![split, changed]),
        ("2026-06-01T12:00:00Z", 7, vec![legacy, split, added, changed, created], vec![]),
        ("2026-10-01T12:00:00Z", 4, vec![split, changed, created], vec![legacy, added]),
    ] {
        let log = admin_log(&format!("{SMALL}{CHANGES}"), now).await;
        assert_eq!(log.len(), activities, "{now} {log:#?}");
        let lines: Vec<_> = log.iter().flatten().map(String::as_str).collect();
        for line in has {
            assert!(lines.contains(&line), "{now}: {line}\n{lines:#?}");
        }
        for line in lacks {
            assert!(!lines.contains(&line), "{now}: {line}\n{lines:#?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn units_carry_their_settings_and_the_log_their_names_of_the_time() {
    let text = format!(
        "{SMALL}{}",
        r#"
[[action]]
at = "-10d"
set_session_control = { org_unit = "/Sales", value = { reauth = "not_required" } }

[[action]]
at = "-9d"
rename_org_unit = { org_unit = "/Sales", name = "Vendas" }

[[action]]
at = "-8d"
create_org_unit = { org_unit = "/Americas" }

[[action]]
at = "-7d"
move_org_unit = { org_unit = "/Vendas", to = "/Americas" }

[[action]]
at = "-6d"
multiple_add = { org_unit = "/Americas", level = "limited", apps = ["okta"] }

[[action]]
at = "-5d"
bulk_upload = { rows = [{ org_unit = "/Americas/Vendas", app = "okta", level = "blocked" }] }

[[attest]]
at = "-9d12h"
setting = "cloud-session-control"
org_unit = "/Sales"

[[attest]]
at = "-4d"
setting = "cloud-session-control"
org_unit = "/Americas/Vendas"

[[attest]]
at = "-4d"
setting = "cloud-session-control"
org_unit = "/Americas"

[[attest]]
at = "-4d"
setting = "app-access"
app = "okta"
org_unit = "/Americas/Vendas"

[[attest]]
at = "-4d"
setting = "app-access"
app = "okta"
org_unit = "/"

[[attest]]
at = "-3d"
by = "helper@small.example"
setting = "app-access"
app = "okta"
org_unit = "/Americas"
value = "trusted"
expires = "+10d"
"#
    );
    let now = "2026-10-20T12:00:00Z";
    let log = admin_log(&text, now).await;
    let lines: Vec<_> = log.iter().flatten().map(String::as_str).collect();
    let same =
        "SESSION_CONTROL_SETTINGS_CHANGE REAUTH_APPLICATION=CLOUD_ADMIN_TOOLS SETTING_NAME=Some label Google chose";
    assert!(lines[0].starts_with(same), "{lines:#?}");
    assert_eq!(
        lines[1..],
        [
            "EDIT_ORG_UNIT_NAME ORG_UNIT_NAME=Sales NEW_VALUE=Vendas",
            "CREATE_ORG_UNIT ORG_UNIT_NAME=Americas",
            "MOVE_ORG_UNIT ORG_UNIT_NAME=Vendas NEW_VALUE=Americas",
            "MULTIPLE_ADD_TO_LIMITED_OAUTH2_APPS OAUTH2_NUM_APPS=1 ORG_UNIT_NAME=Americas",
            "OAUTH_APPS_BULK_UPLOAD BULK_UPLOAD_SUCCESS_OAUTH_APPS_NUMBER=1 BULK_UPLOAD_TOTAL_OAUTH_APPS_NUMBER=1",
        ]
    );
    let running = start_at(&text, Some(now)).await;
    let attested = running.attestations_toml().expect("attestations");
    running.shutdown().await;
    let attested: toml::Table = attested.parse().expect("TOML");
    let seen = attested["attestation"].as_array().expect("a list").iter().map(|one| {
        let value = one["value"].get("reauth").unwrap_or(&one["value"]);
        let at = one["attested_at"].as_datetime().expect("a time");
        format!("{at} {} {}", one["org_unit"].as_str().expect("a path"), value.as_str().expect("a word"))
    });
    assert_eq!(
        seen.collect::<Vec<_>>(),
        [
            "2026-10-11T00:00:00Z /Sales not_required",
            "2026-10-16T12:00:00Z /Americas/Vendas not_required",
            "2026-10-16T12:00:00Z /Americas inherit",
            "2026-10-16T12:00:00Z /Americas/Vendas blocked",
            "2026-10-16T12:00:00Z / unconfigured",
            "2026-10-17T12:00:00Z /Americas trusted",
        ]
    );
    assert_eq!(attested["attestation"][5]["app"].as_str(), Some("1-a.apps.googleusercontent.com"));
    assert!(attested["attestation"][5]["expires_at"].is_datetime());
}
