use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::{Credentials, NoServiceAccount};
use super::*;

const ACCOUNT: &str = "auditor@p.iam.gserviceaccount.com";
const OTHER: &str = "other@p.iam.gserviceaccount.com";

fn impersonation_url() -> String {
    format!("https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{ACCOUNT}:generateAccessToken")
}

fn person() -> Value {
    json!({"type": "authorized_user", "client_id": "1", "client_secret": "hush-1", "refresh_token": "hush-2"})
}

fn workload() -> Value {
    json!({
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "service_account_impersonation_url": impersonation_url(),
        "credential_source": {
            "url": "https://provider.example/token?a=b",
            "headers": {"Authorization": "hush-3"},
            "format": {"type": "json", "subject_token_field_name": "value"},
        },
        "client_id": "2",
        "client_secret": "hush-4",
    })
}

fn impersonated() -> Value {
    json!({
        "type": "impersonated_service_account",
        "service_account_impersonation_url": impersonation_url(),
        "delegates": ["projects/-/serviceAccounts/middle@p.iam.gserviceaccount.com"],
        "source_credentials": person(),
    })
}

fn read(value: &Value) -> Result<CredentialFile, InvalidFile> {
    CredentialFile::from_json(&value.to_string())
}

fn epoch() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

/// Who signs, with whose help.
fn signer(file: &Value, impersonate: Option<&str>) -> Result<String, NoServiceAccount> {
    let impersonate = impersonate.map(|account| account.parse().expect("a service account"));
    let credentials = Credentials::of_file(read(file).expect("sound"), impersonate, epoch)?;
    Ok(credentials.account().to_owned())
}

#[test]
fn the_account_that_signs_is_the_files_or_the_one_named() {
    assert_eq!(signer(&person(), None), Err(NoServiceAccount::Person));
    assert_eq!(signer(&person(), Some(OTHER)), Ok(OTHER.to_owned()));
    for file in [workload(), impersonated()] {
        assert_eq!(signer(&file, None), Ok(ACCOUNT.to_owned()));
        assert_eq!(signer(&file, Some(ACCOUNT)), Ok(ACCOUNT.to_owned()));
        assert_eq!(signer(&file, Some(OTHER)), Ok(OTHER.to_owned()));
    }
    let mut bare = workload();
    bare["service_account_impersonation_url"] = Value::Null;
    assert_eq!(signer(&bare, None), Err(NoServiceAccount::Workload));
    assert_eq!(signer(&bare, Some(OTHER)), Ok(OTHER.to_owned()));
}

#[test]
fn debug_shows_no_secret() {
    for file in [person(), workload(), impersonated()] {
        let file = read(&file).expect("sound");
        assert!(file.holds_secret());
        let shown = format!("{file:?}");
        assert!(!shown.contains("hush"), "{shown}");
        let credentials = Credentials::of_file(file, OTHER.parse().ok(), epoch).expect("sound");
        let shown = format!("{credentials:?}");
        assert!(!shown.contains("hush"), "{shown}");
    }
}

#[test]
fn errors_repeat_no_secret() {
    for file in [person(), workload(), impersonated()] {
        let text = file.to_string();
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            let error = CredentialFile::from_json(&text[..end]).expect_err("cut");
            assert!(matches!(error, InvalidFile::NotJson { .. }), "{error}");
        }
        for field in file.as_object().expect("an object").keys() {
            for wrong in [json!(7), json!(["hush-5"]), json!("hush-6\u{7f}"), json!({"hush-7": "hush-8"})] {
                let mut bad = file.clone();
                bad[field] = wrong;
                let Err(error) = read(&bad) else { continue };
                let words = crate::domain::with_causes(&error);
                // A URL's text is repeated, as it is no secret; it is where the wrong text stands, too.
                let repeats = ["hush-1", "hush-2", "hush-3", "hush-4", "hush-5", "hush-7", "hush-8"];
                assert!(!repeats.iter().any(|hush| words.contains(hush)), "{field}: {words}");
            }
        }
    }
}

#[test]
fn a_workloads_token_is_text_or_a_field() {
    let formats = |source: Value| {
        let mut file = workload();
        file["credential_source"] = source;
        let CredentialFile::ExternalAccount(account) = read(&file).expect("sound") else { panic!("another kind") };
        account.format
    };
    let text = formats(json!({"file": "/t"}));
    assert_eq!(text.token(" a.b.c\n").expect("a token").expose(), "a.b.c");
    assert_eq!(text.token(" \n"), None);
    let json = formats(json!({"file": "/t", "format": {"type": "json", "subject_token_field_name": "token"}}));
    assert_eq!(json.token(r#"{"token": "a.b.c"}"#).expect("a token").expose(), "a.b.c");
    for bad in ["", "a.b.c", "[]", "{}", r#"{"token": 7}"#, r#"{"token": ""}"#] {
        assert_eq!(json.token(bad), None, "{bad}");
    }
}
