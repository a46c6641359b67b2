//! Apps that call themselves what a reader takes for "Okta Workflows".

use serde_json::{Value, json};

use crate::cli::harness::Tenant;

const STRANGER: &str = "6660000000-stranger.apps.googleusercontent.com";

/// The broken tenant, in which somebody granted a stranger's app of that name a Cloud scope.
fn tenant(name: &str) -> Tenant {
    let app = format!(
        "[[app]]\nkey = \"stranger\"\nclient_id = {STRANGER:?}\nname = \"{name}\"\n\
         scopes = [\"https://www.googleapis.com/auth/cloud-platform\"]\n\
         [[grant]]\nuser = \"anna@acme.example\"\napp = \"stranger\"\n\
         [[token_event]]\nat = \"-3d\"\nuser = \"anna@acme.example\"\napp = \"stranger\"\n"
    );
    Tenant::with("okta-gmail-broken", &app)
}

#[test]
fn a_look_alike_is_told_and_never_taken_for_the_app() {
    for name in [
        "Оktа Wоrkflоws Gmail",
        "Ｏｋｔａ Ｗｏｒｋｆｌｏｗｓ Gmail",
        "Ok\u{200d}ta Work\u{200b}flows Gmail",
        "Okta W0rkf1ows Gmail",
        "𝐎𝐤𝐭𝐚 𝐖𝐨𝐫𝐤𝐟𝐥𝐨𝐰𝐬 Gmail",
    ] {
        let tenant = tenant(name);
        let report = tenant.run(&["audit", "--format", "json"]).exits(1).json();
        let connections = report["connections"].as_array().expect("connections");
        assert!(!connections.is_empty(), "the app's own are there");
        assert!(connections.iter().all(|one| one["client_id"] != STRANGER), "{name}: {connections:#?}");
        let results = report["results"].as_array().expect("results");
        let pinned = results.iter().find(|one| one["check"] == "client-id-pinned").expect("it is judged");
        assert_eq!((&pinned["status"], &pinned["confidence"]), (&json!("fail"), &json!("presumed")), "{pinned:#}");
        let summary = pinned["summary"].as_str().expect("a sentence");
        assert!(summary.contains("looks like") && summary.contains(STRANGER), "{summary}");
        let why = pinned["missing"][0]["why"].as_str().expect("what would settle it");
        assert!(why.contains(STRANGER), "{why}");

        let found = tenant.run(&["apps", "discover", "--format", "json"]).exits(0).json();
        let of = |client: &str| {
            let found = found.as_array().expect("clients").iter().find(|one| one["client_id"] == client);
            found.unwrap_or_else(|| panic!("{client} is seen")).clone()
        };
        let stranger = of(STRANGER);
        assert_eq!((&stranger["app"], &stranger["pinned"]), (&Value::Null, &json!(false)), "{name}");
        assert_eq!(stranger["looks_like"], json!(["okta-workflows-gmail"]), "{name}");
        assert_eq!(stranger["names"], json!([name]));
        assert_eq!(of("1234567890-abc.apps.googleusercontent.com")["looks_like"], json!([]));
        let human = tenant.run(&["apps", "discover"]).exits(0).stdout;
        assert!(human.contains("looks like that of okta-workflows-gmail, and is not known to be it"), "{human}");
    }
}
