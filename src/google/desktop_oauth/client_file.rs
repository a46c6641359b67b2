//! The file that the Cloud console offers for download when a desktop client is created.

use serde_json::{Map, Value};
use thiserror::Error;

use crate::domain::{ClientId, Secret};
use crate::google::endpoint::Endpoint;

/// A desktop client: who it is, and the secret that Google gives it.
///
/// Google does not count on that secret being kept, as it ships with applications; it is kept all the same.
#[derive(Debug, Clone)]
pub struct DesktopClient {
    id: ClientId,
    secret: Secret,
}

/// Why a file is not a desktop client's. Never repeats what is in the file beyond a kind or a host.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidClient {
    /// Not JSON.
    #[error(
        "not JSON (line {line}, column {column}); a client's file is the JSON that the Cloud console offers for download"
    )]
    NotJson {
        /// Line of the first fault, from 1.
        line: usize,
        /// Its column.
        column: usize,
    },
    /// Another kind of file.
    #[error("this is {0}, not a desktop client's (an object \"installed\")")]
    Other(&'static str),
    /// A field is not there, empty, or no text.
    #[error("the field \"{0}\" is missing, empty or not a text")]
    Missing(&'static str),
    /// The client ID is none.
    #[error("the field \"client_id\" is not a client ID")]
    ClientId,
    /// The client belongs to another authorisation server.
    #[error("its tokens come from {host}, not from Google")]
    Foreign {
        /// Whose it is.
        host: String,
    },
}

/// Google's own token endpoints: today's, and those of older files.
const GOOGLES: [&str; 3] = ["oauth2.googleapis.com", "accounts.google.com", "www.googleapis.com"];

impl DesktopClient {
    /// A client that is known already.
    #[must_use]
    pub fn new(id: ClientId, secret: Secret) -> Self {
        Self { id, secret }
    }

    /// Reads a file's content. `endpoint` is what replaces Google's hosts, where something does.
    ///
    /// # Errors
    /// [`InvalidClient`] says what kind of file it is instead, or which field is wrong.
    pub fn from_json(text: &str, endpoint: Option<&Endpoint>) -> Result<Self, InvalidClient> {
        let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|error| InvalidClient::NotJson { line: error.line(), column: error.column() })?;
        let Value::Object(fields) = value else {
            return Err(InvalidClient::Other("no JSON object"));
        };
        let Some(Value::Object(installed)) = fields.get("installed") else {
            return Err(InvalidClient::Other(other_kind(&fields)));
        };
        let id = text_of(installed, "client_id")?.parse().map_err(|_| InvalidClient::ClientId)?;
        let secret = Secret::new(text_of(installed, "client_secret")?.to_owned());
        if endpoint.is_none()
            && let Some(uri) = installed.get("token_uri").and_then(Value::as_str)
        {
            let url = url::Url::parse(uri).ok();
            let host = url.as_ref().and_then(url::Url::host_str).unwrap_or("an address that is no URL");
            if !GOOGLES.contains(&host) {
                return Err(InvalidClient::Foreign { host: crate::google::error::presentable(host, 80) });
            }
        }
        Ok(Self { id, secret })
    }

    /// The client ID.
    #[must_use]
    pub fn id(&self) -> &ClientId {
        &self.id
    }

    /// The client's secret.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.secret
    }
}

fn text_of<'f>(fields: &'f Map<String, Value>, name: &'static str) -> Result<&'f str, InvalidClient> {
    let text = fields.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    text.ok_or(InvalidClient::Missing(name))
}

fn other_kind(fields: &Map<String, Value>) -> &'static str {
    match fields.get("type").and_then(Value::as_str) {
        _ if fields.contains_key("web") => "a web application's client; create another one of type \"Desktop app\"",
        Some("service_account") => "a service account's key",
        Some("authorized_user") => "a person's own credentials",
        Some(_) | None => "another file",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_client_is_read_and_every_fault_named() {
        let good = json!({"installed": {
            "client_id": "1-a.apps.googleusercontent.com", "client_secret": "GOCSPX-hush", "project_id": "p",
            "auth_uri": "https://accounts.google.com/o/oauth2/auth", "token_uri": "https://oauth2.googleapis.com/token",
            "redirect_uris": ["http://localhost"],
        }});
        let read = |value: &Value| DesktopClient::from_json(&value.to_string(), None);
        let client = read(&good).expect("a sound file");
        assert_eq!((client.id().as_str(), client.secret().expose()), ("1-a.apps.googleusercontent.com", "GOCSPX-hush"));
        assert!(!format!("{client:?}").contains("hush"));

        for field in ["client_id", "client_secret"] {
            for wrong in [json!(""), json!(7), Value::Null] {
                let mut bad = good.clone();
                bad["installed"][field] = wrong;
                assert_eq!(read(&bad).expect_err(field), InvalidClient::Missing(field));
            }
        }
        let mut bad = good.clone();
        bad["installed"]["client_id"] = json!("a b");
        assert_eq!(read(&bad).expect_err("blank"), InvalidClient::ClientId);
        let mut bad = good.clone();
        bad["installed"]["token_uri"] = json!("https://evil.example/token");
        assert_eq!(read(&bad).expect_err("foreign"), InvalidClient::Foreign { host: "evil.example".to_owned() });
        let here = "http://127.0.0.1:1".parse().expect("an endpoint");
        assert!(DesktopClient::from_json(&bad.to_string(), Some(&here)).is_ok());

        for (other, words) in [
            (json!({"web": {"client_secret": "hush"}}), "Desktop app"),
            (json!({"type": "service_account", "private_key": "hush"}), "service account"),
            (json!({"type": "authorized_user"}), "person's"),
            (json!({}), "another file"),
            (json!([]), "no JSON object"),
        ] {
            let said = read(&other).expect_err(words).to_string();
            assert!(said.contains(words) && !said.contains("hush"), "{said}");
        }
        assert!(matches!(DesktopClient::from_json("hush", None), Err(InvalidClient::NotJson { .. })));
    }
}
