//! What nobody ever configured or attested, settled by experiment alone.

use serde_json::Value;

use super::super::harness::Tenant;
use super::World;

const CLIENTS: &str = r#"
[[user]]
email = "canary@quiet.example"
canary = true

[[app]]
key = "trusted"
client_id = "100-trusted.apps.googleusercontent.com"
client_secret = "GOCSPX-simulated-trusted"
name = "Canary, trusted"
client_type = "NATIVE_DESKTOP"
native_app = true

[[app]]
key = "untrusted"
client_id = "200-untrusted.apps.googleusercontent.com"
client_secret = "GOCSPX-simulated-untrusted"
name = "Canary, not trusted"
client_type = "NATIVE_DESKTOP"
native_app = true
"#;

/// `never-configured` with canaries' clients and user, three days ago.
fn quiet() -> World {
    let text = include_str!("../../../../config/scenarios/never-configured.toml");
    let domain = text.lines().find_map(|line| line.strip_prefix("primary_domain = ")).expect("a domain");
    let clients = CLIENTS.replace("quiet.example", domain.trim_matches('"'));
    let tenant = Tenant::of(&format!("{text}{clients}"), &["--start", "-3d", "--speed", "0"]);
    let config = tenant.sandbox.read("sim/gwsaudit.toml");
    let config = if config.contains("[evidence]") { config } else { format!("{config}\n[evidence]\n") };
    let config =
        config.replace("[evidence]", "[evidence]\nattestations = \"attestations.toml\"\ngcp_organization = \"none\"");
    tenant.sandbox.write("sim/gwsaudit.toml", format!("{config}\n[canaries]\nstate_dir = \"../state\"\n"));
    tenant.sandbox.write("sim/attestations.toml", "");
    World { tenant }
}

/// `status confidence` of the exemption's check in every org unit.
fn exemption(report: &Value) -> Vec<String> {
    let results = report["results"].as_array().expect("a list");
    let mut words: Vec<String> = results
        .iter()
        .filter(|result| result["check"] == "trusted-apps-exempt")
        .map(|result| format!("{} {}", result["status"].as_str().expect("text"), result["confidence"]))
        .collect();
    words.dedup();
    words
}

#[test]
fn what_was_never_configured_is_determined_by_a_pair() {
    let world = quiet();
    let unstated = world.tenant.sandbox.read("sim/gwsaudit.toml");
    let audit = ["audit", "--format", "json", "--pack", "okta-workflows-gmail"];
    assert_eq!(exemption(&world.run(&audit).exits(3).json()), ["undetermined null"]);

    let domain = world.run(&audit).json()["tenant"]["primary_domain"].as_str().expect("text").to_owned();
    for role in ["untrusted", "trusted"] {
        let client = format!("sim/client-{role}.json");
        let add = ["canary", "add", "--org-unit", "/", "--client", &client, "--role", role, "--below", "inherit"];
        world.added(&add, &format!("canary@{domain}"));
    }
    world.advance("15h");
    assert_eq!(world.refresh(0), ["root-trusted: refreshed", "root-untrusted: refreshed"]);
    world.advance("2h");
    assert_eq!(world.refresh(0), ["root-trusted: invalid_rapt", "root-untrusted: invalid_rapt"]);
    world.advance("54h");
    // Where a binding may decide, canaries count for nothing, and the report says so.
    world.tenant.sandbox.edit("sim/gwsaudit.toml", "gcp_organization = \"none\"\n", "");
    let open = world.run(&audit).exits(3).says(&["canary root-trusted counts for nothing", "gcp_organization"]);
    assert_eq!(open.json()["org_units"][0]["cloud_session"]["reauth"], "unknown");
    world.tenant.sandbox.write("sim/gwsaudit.toml", unstated);
    let report = world.run(&audit).exits(3).json();
    for unit in report["org_units"].as_array().expect("a list") {
        let session = &unit["cloud_session"];
        assert_eq!((&session["reauth"], &session["confidence"]), (&"required".into(), &"proven".into()), "{unit}");
        assert_eq!(session["frequency_at_least_seconds"], 15 * 3600);
        assert_eq!(session["frequency_at_most_seconds"], 17 * 3600);
    }
    assert_eq!(exemption(&report), ["undetermined null"], "the exemption is off, or the client is not Trusted");

    let attest = ["attest", "--setting", "app-access", "--app", "100-trusted.apps.googleusercontent.com"];
    let seen = ["--org-unit", "/", "--access", "trusted", "--below", "inherit", "--at"];
    #[expect(clippy::disallowed_methods, reason = "the simulator's clock started from the machine's")]
    let before = (jiff::Timestamp::now() - jiff::SignedDuration::from_hours(73)).to_string();
    world.run(&[&attest[..], &seen, &[&before]].concat()).exits(0);
    assert_eq!(exemption(&world.run(&audit).exits(1).json()), ["fail \"proven\""]);
    world.hides_secrets(&[]);
}
