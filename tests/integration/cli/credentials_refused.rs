//! Credentials without a key that do not work: who says so, with which words, and what to do.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::{Value, json};

use super::harness::{Run, Tenant};

const CONFIG: &str = "sim/gwsaudit.toml";
/// As talkative as it gets: that is where secrets slip out.
const TALKATIVE: [&str; 2] = ["audit", "-vv"];
const ADC: &str = "GOOGLE_APPLICATION_CREDENTIALS";
const AUDITOR: &str = "gwsaudit@simulated-project.iam.gserviceaccount.com";
const IMPERSONATE: (&str, &str) = ("GWSAUDIT_CREDENTIALS__IMPERSONATE", AUDITOR);
const WORKLOAD: (&str, &str) = (ADC, "sim/external-account.json");
const BY_URL: (&str, &str) = (ADC, "sim/external-account-url.json");
const PERSON: (&str, &str) = (ADC, "sim/authorized-user.json");
const NOWHERE: (&str, &str) = ("NO_GCE_CHECK", "true");

fn tenant(service: &str) -> Tenant {
    let tenant = Tenant::with("healthy", &format!("[service]\nkeyless = true\n{service}\n"));
    tenant.sandbox.edit(CONFIG, "key_file = \"service-account.json\"\n", "");
    tenant
}

fn host(tenant: &Tenant) -> String {
    tenant.url().strip_prefix("http://").expect("plain http").to_owned()
}

/// Nothing could be read, for this reason.
#[track_caller]
fn refused(tenant: &Tenant, environment: &[(&str, &str)], says: &[&str]) -> Run {
    let run = tenant.run_with(&TALKATIVE, environment).exits(4);
    run.says(&["nothing could be read from Google", "help"]).says(says)
}

/// Changes one field, named by its path, of a credential file.
fn set(tenant: &Tenant, file: &str, pointer: &str, value: Value) {
    let name = format!("sim/{file}");
    let mut parsed: Value = serde_json::from_str(&tenant.sandbox.read(&name)).expect("JSON");
    match parsed.pointer_mut(pointer) {
        Some(place) => *place = value,
        None => parsed[pointer.trim_start_matches('/')] = value,
    }
    tenant.sandbox.write(&name, parsed.to_string());
}

#[test]
fn who_may_not_sign_is_told_which_role_to_ask_for() {
    const ROLE: &str = "roles/iam.serviceAccountTokenCreator";
    let nobody = tenant("token_creators = []");
    refused(&nobody, &[WORKLOAD], &[AUDITOR, "may not get tokens", "roles/iam.workloadIdentityUser"]);
    refused(&nobody, &[PERSON, IMPERSONATE], &[AUDITOR, "may not sign", ROLE, "gcloud iam service-accounts"]);
    refused(&nobody, &[("GCE_METADATA_HOST", &host(&nobody))], &["may not sign", ROLE, "on itself"]);
    // The workload may have tokens of an account that may not sign for itself.
    let half = tenant("token_creators = [\"principal\"]");
    refused(&half, &[WORKLOAD], &["may not sign", ROLE]);
}

#[test]
fn an_api_that_is_off_is_named_with_its_link() {
    let tenant = tenant("disabled_apis = [\"iamcredentials.googleapis.com\"]");
    for environment in [&[WORKLOAD][..], &[PERSON, IMPERSONATE]] {
        refused(
            &tenant,
            environment,
            &[
                "iamcredentials.googleapis.com is not enabled",
                "https://console.developers.google.com/apis/api/iamcredentials.googleapis.com/",
                "gcloud services enable iamcredentials.googleapis.com",
            ],
        );
    }
}

#[test]
fn a_scope_that_was_not_delegated_is_told_as_for_a_key() {
    let tenant = tenant("delegated_scopes = []");
    refused(&tenant, &[WORKLOAD], &["scope not delegated", "Domain-wide delegation"]);
}

#[test]
fn a_workload_that_is_not_trusted_is_told_why() {
    let conditional = tenant("attribute_condition_holds = false");
    refused(&conditional, &[WORKLOAD], &["attribute condition refuses", "workload-identity-pools providers describe"]);
    let tenant = tenant("");
    for (token, says) in [
        ("", "it is empty"),
        (" \n", "it is empty"),
        ("stale-hush", "the workload's token has expired"),
        ("hush", "the workload's token was refused"),
    ] {
        tenant.sandbox.write("sim/subject-token", token);
        let run = refused(&tenant, &[WORKLOAD], &[says]);
        assert!(!run.stderr.contains("hush"), "{run:#?}");
    }
    std::fs::remove_file(tenant.sandbox.path("sim/subject-token")).expect("it was there");
    refused(&tenant, &[WORKLOAD], &["subject-token", "No such file", "credential_source"]);
    set(&tenant, "external-account-url.json", "/audience", json!("//iam.googleapis.com/elsewhere"));
    refused(&tenant, &[BY_URL], &["pool or provider is not there", "\"audience\""]);
}

#[test]
fn an_identity_provider_that_does_not_give_the_token_is_told() {
    let tenant = tenant("");
    let file = tenant.sandbox.read("sim/external-account-url.json");
    for (pointer, value, says) in [
        ("/credential_source/headers", json!({}), "the answer is HTTP 403"),
        ("/credential_source/format/subject_token_field_name", json!("other"), "JSON field"),
        ("/credential_source/url", json!("http://127.0.0.1:1/token?key=hush-hush"), "cannot be reached"),
    ] {
        set(&tenant, "external-account-url.json", pointer, value);
        let run =
            refused(&tenant, &[BY_URL], &["no token of the workload's identity provider in http://127.0.0.1", says]);
        assert!(!run.stderr.contains("hush-hush"), "{run:#?}");
        tenant.sandbox.write("sim/external-account-url.json", &file);
    }
}

#[test]
fn a_person_who_has_to_sign_in_again_is_told_so() {
    let tenant = tenant("");
    for (field, value) in [("/refresh_token", "1//0hush-hush"), ("/client_secret", "GOCSPX-hush-hush")] {
        let file = tenant.sandbox.read("sim/authorized-user.json");
        set(&tenant, "authorized-user.json", field, json!(value));
        let run = refused(&tenant, &[PERSON, IMPERSONATE], &["gcloud auth application-default login"]);
        assert!(!run.stderr.contains("hush-hush"), "{run:#?}");
        tenant.sandbox.write("sim/authorized-user.json", file);
    }
}

#[test]
fn a_person_alone_can_read_nothing() {
    let tenant = tenant("");
    let run = tenant.run_with(&TALKATIVE, &[PERSON]).exits(2).prints_nothing();
    run.says(&["authorized-user.json", "a person's own sign-in", "domain-wide delegation", "impersonate"]);
    set(&tenant, "external-account.json", "/service_account_impersonation_url", Value::Null);
    let run = tenant.run_with(&TALKATIVE, &[WORKLOAD]).exits(2).prints_nothing();
    run.says(&["external-account.json", "service_account_impersonation_url", "impersonate"]);
    // With somebody to impersonate, the workload itself asks for signatures.
    tenant.run_with(&["audit", "--format", "json"], &[WORKLOAD, IMPERSONATE]).exits(0);
}

#[test]
fn tokens_go_to_no_other_place() {
    let tenant = tenant("");
    for (file, pointer, value, says) in [
        ("external-account.json", "/token_url", "http://sts.googleapis.com/v1/token", ["token_url", "plain http"]),
        ("external-account.json", "/token_url", "https://sts.example.com/v1/token", ["token_url", "sts.example.com"]),
        (
            "external-account.json",
            "/token_url",
            "https://user:hush-hush@sts.googleapis.com/",
            ["token_url", "user name"],
        ),
        ("external-account.json", "/token_url", "https://sts.googleapis.com.example/", ["token_url", "not Google's"]),
        (
            "external-account.json",
            "/service_account_impersonation_url",
            "http://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a@p.iam.gserviceaccount.com:generateAccessToken",
            ["service_account_impersonation_url", "plain http"],
        ),
        (
            "external-account-url.json",
            "/credential_source/url",
            "http://169.254.169.254/metadata/identity",
            ["credential_source.url", "plain http"],
        ),
        (
            "impersonated-service-account.json",
            "/service_account_impersonation_url",
            "https://iamcredentials.example.com/v1/projects/-/serviceAccounts/a@p.iam.gserviceaccount.com:generateAccessToken",
            ["service_account_impersonation_url", "iamcredentials.example.com"],
        ),
    ] {
        let name = format!("sim/{file}");
        let good = tenant.sandbox.read(&name);
        set(&tenant, file, pointer, json!(value));
        let run = tenant.run_with(&TALKATIVE, &[(ADC, name.as_str())]).exits(2).prints_nothing().says(&says);
        assert!(!run.stderr.contains("hush-hush"), "{run:#?}");
        tenant.sandbox.write(&name, good);
    }
}

#[test]
fn redirects_are_not_followed() {
    let tenant = tenant("");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/v1/token", listener.local_addr().expect("an address"));
    let target = format!("{}/v1/token", tenant.url());
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut request = [0; 8192];
            let answer = format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: {target}\r\ncontent-length: 0\r\n\r\n");
            if stream.read(&mut request).is_ok() {
                drop(stream.write_all(answer.as_bytes()));
            }
        }
    });
    set(&tenant, "external-account.json", "/token_url", json!(url));
    refused(&tenant, &[WORKLOAD], &["Security Token Service API", "redirected, which is not followed"]);
}

#[test]
fn files_that_cannot_be_used_are_told_apart() {
    let tenant = tenant("");
    for (file, pointer, value, says) in [
        (
            "external-account.json",
            "/universe_domain",
            json!("cloud.example"),
            "\"universe_domain\" is \"cloud.example\"",
        ),
        ("authorized-user.json", "/universe_domain", json!("cloud.example"), "\"universe_domain\""),
        (
            "external-account.json",
            "/type",
            json!("external_account_authorized_user"),
            "external_account_authorized_user",
        ),
        ("external-account.json", "/type", json!("gdch_service_account"), "gdch_service_account"),
        ("external-account.json", "/audience", Value::Null, "\"audience\" is missing"),
        ("external-account.json", "/credential_source", json!({"environment_id": "aws1"}), "of AWS is not supported"),
        ("external-account.json", "/credential_source", json!({"executable": {}}), "of an executable is not supported"),
        ("external-account.json", "/credential_source/format/type", json!("xml"), "\"xml\""),
        ("external-account.json", "/service_account_impersonation_url", json!("https://iam.googleapis.com/x"), "EMAIL"),
        ("authorized-user.json", "/refresh_token", json!(7), "\"refresh_token\" is not a text"),
        ("impersonated-service-account.json", "/source_credentials/type", json!("martian"), "\"martian\""),
    ] {
        let name = format!("sim/{file}");
        let good = tenant.sandbox.read(&name);
        set(&tenant, file, pointer, value);
        let run = tenant.run_with(&TALKATIVE, &[(ADC, name.as_str())]).exits(4).prints_nothing();
        run.says(&[file, says, "help"]);
        tenant.sandbox.write(&name, good);
    }
    tenant.sandbox.write("sim/external-account.json", "{\"type\": \"external_acc");
    tenant.run_with(&TALKATIVE, &[WORKLOAD]).exits(4).prints_nothing().says(&["external-account.json", "not JSON"]);
    let universe = [PERSON, IMPERSONATE, ("GOOGLE_CLOUD_UNIVERSE_DOMAIN", "cloud.example")];
    tenant.run_with(&TALKATIVE, &universe).exits(2).prints_nothing().says(&["GOOGLE_CLOUD_UNIVERSE_DOMAIN"]);
}

#[test]
fn a_machine_without_identity_is_told_so() {
    let bare = tenant("attached_account = \"none\"");
    let machine = host(&bare);
    let run = bare.run_with(&TALKATIVE, &[("GCE_METADATA_HOST", &machine)]).exits(4).prints_nothing();
    run.says(&["no service account is attached", "help"]);
    let gke = tenant("attached_account = \"simulated-project.svc.id.goog\"\ntoken_creators = []");
    let machine = host(&gke);
    let run = gke.run_with(&TALKATIVE, &[("GCE_METADATA_HOST", &machine)]).exits(2).prints_nothing();
    run.says(&["simulated-project.svc.id.goog", "no service account", "impersonate"]);
    refused(&gke, &[("GCE_METADATA_HOST", &machine), IMPERSONATE], &["may not sign"]);
    for (host, status, says) in [
        ("127.0.0.1:1", 4, "no metadata server answers"),
        ("metadata.example.com", 2, "plain http"),
        ("169.254.169.254:8080", 2, "plain http"),
        ("http://127.0.0.1", 2, "is not a host"),
    ] {
        let run = gke.run_with(&TALKATIVE, &[("GCE_METADATA_HOST", host)]).exits(status).prints_nothing();
        run.says(&[says, "GCE_METADATA_HOST"]);
    }
    let run = gke.run_with(&TALKATIVE, &[IMPERSONATE, NOWHERE]).exits(2).prints_nothing();
    run.says(&["nobody to impersonate", AUDITOR, "gcloud auth application-default login"]);
}

#[test]
fn what_does_not_say_that_it_is_a_metadata_server_is_none() {
    let tenant = tenant("");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut request = [0; 8192];
            if stream.read(&mut request).is_ok() {
                drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\na@b"));
            }
        }
    });
    let run = tenant.run_with(&TALKATIVE, &[("GCE_METADATA_HOST", &address)]).exits(4).prints_nothing();
    run.says(&["no metadata server answers"]);
}

#[cfg(unix)]
#[test]
fn files_that_others_can_read_are_warned_of_where_they_hold_a_secret() {
    use std::os::unix::fs::PermissionsExt as _;
    let tenant = tenant("");
    let chmod = |name: &str, mode| {
        let path = tenant.sandbox.path(name);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("it is ours");
    };
    const AUDIT: [&str; 3] = ["audit", "--format", "json"];
    const STRICT: [&str; 4] = ["audit", "--format", "json", "--strict-permissions"];
    for (environment, file, what) in [
        (&[PERSON, IMPERSONATE][..], "sim/authorized-user.json", "the credential file"),
        (&[BY_URL], "sim/external-account-url.json", "the credential file"),
        (&[WORKLOAD], "sim/subject-token", "the workload's token file"),
        (
            &[(ADC, "sim/impersonated-service-account.json")],
            "sim/impersonated-service-account.json",
            "the credential file",
        ),
    ] {
        tenant.run_with(&STRICT, environment).exits(0).says_nothing();
        chmod(file, 0o644);
        let says = [what, "can be read by others", "0644", "chmod 600"];
        tenant.run_with(&AUDIT, environment).exits(0).says(&says);
        tenant.run_with(&STRICT, environment).exits(4).prints_nothing().says(&says);
        chmod(file, 0o600);
    }
    // Nothing in it is a secret.
    chmod("sim/external-account.json", 0o644);
    tenant.run_with(&STRICT, &[WORKLOAD]).exits(0).says_nothing();
}
