//! The service account's key, as the Cloud console hands it out.
//!
//! A key is read strictly and at once: a wrong file is told apart here, with its own words, and not by a refusal of
//! Google's half a minute later.

use std::fmt;

use aws_lc_rs::rsa::KeyPair;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use thiserror::Error;
use url::Url;
use zeroize::Zeroizing;

use super::credentials::{FieldFault, Fields, NoFields, UNIVERSE, foreign_universe};
use super::endpoint::{InvalidEndpoint, trustworthy_url};
use crate::domain::Secret;

/// A service account's key: who it is, and the private key that signs its assertions.
///
/// A secret: its `Debug` shows no key, and it can be neither displayed nor serialised.
#[derive(Clone)]
pub struct ServiceAccountKey {
    client_email: String,
    client_id: Option<String>,
    private_key_id: Option<String>,
    private_key: Secret,
    token_uri: Url,
}

/// Why a file is not a service account's key. Never repeats what is in the file beyond a type or a URL.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidKey {
    /// Not JSON: an empty or cut file, or another kind of file.
    #[error(
        "not JSON (line {line}, column {column}); a service account's key is the JSON file that the Cloud console offers for download"
    )]
    NotJson {
        /// Line of the first fault, from 1.
        line: usize,
        /// Its column.
        column: usize,
    },
    /// JSON, but not an object.
    #[error("not a JSON object; a service account's key is one")]
    NotAnObject,
    /// Another kind of credential.
    #[error("this is {found}, not a service account's key (\"type\": \"service_account\")")]
    OtherCredential {
        /// Which, in words.
        found: String,
    },
    /// A field is not there, or empty.
    #[error("the field \"{0}\" is missing")]
    Missing(&'static str),
    /// A field is not a text.
    #[error("the field \"{0}\" is not a text")]
    NotText(&'static str),
    /// The private key cannot sign RS256.
    #[error("\"private_key\" {0}")]
    PrivateKey(&'static str),
    /// Tokens may not be asked for there.
    #[error("\"token_uri\" cannot be used")]
    TokenUri(#[source] InvalidEndpoint),
    /// A key of another cloud than Google's public one, which has no Google Workspace.
    #[error("\"universe_domain\" is {found:?}; Google Workspace is in {UNIVERSE} alone")]
    Universe {
        /// What the file says.
        found: String,
    },
}

impl From<FieldFault> for InvalidKey {
    fn from(fault: FieldFault) -> Self {
        match fault {
            FieldFault::Missing(field) => Self::Missing(field.name),
            FieldFault::NotText(field) | FieldFault::NotAnObject(field) => Self::NotText(field.name),
        }
    }
}

impl From<NoFields> for InvalidKey {
    fn from(fault: NoFields) -> Self {
        match fault {
            NoFields::NotJson { line, column } => Self::NotJson { line, column },
            NoFields::NotAnObject => Self::NotAnObject,
        }
    }
}

impl ServiceAccountKey {
    /// Reads a key file's content.
    ///
    /// # Errors
    /// [`InvalidKey`] says what kind of file it is instead, or which field is wrong.
    pub fn from_json(text: &str) -> Result<Self, InvalidKey> {
        let mut fields = Fields::read(text)?;
        if let Some(found) = other_credential(&fields) {
            return Err(InvalidKey::OtherCredential { found });
        }
        Self::from_fields(&mut fields)
    }

    /// The same, of a file that has been found to be one of this type.
    pub(super) fn from_fields(fields: &mut Fields) -> Result<Self, InvalidKey> {
        let client_email = fields.required("client_email")?;
        let private_key = Secret::new(fields.required("private_key")?);
        let token_uri = fields.required("token_uri")?;
        if let Some(found) = foreign_universe(fields)? {
            return Err(InvalidKey::Universe { found });
        }
        check_rsa(private_key.expose()).map_err(InvalidKey::PrivateKey)?;
        Ok(Self {
            client_email,
            client_id: fields.optional("client_id")?,
            private_key_id: fields.optional("private_key_id")?,
            private_key,
            token_uri: trustworthy_url(&token_uri).map_err(InvalidKey::TokenUri)?,
        })
    }

    /// The service account's address, the assertion's issuer.
    #[must_use]
    pub fn client_email(&self) -> &str {
        &self.client_email
    }

    /// The number that domain-wide delegation is granted to. Google writes it into every key file.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// Where tokens are asked for.
    #[must_use]
    pub fn token_uri(&self) -> &str {
        self.token_uri.as_str()
    }

    pub(crate) fn needs_tls(&self) -> bool {
        self.token_uri.scheme() == "https"
    }

    /// The key as yup-oauth2 takes it.
    pub(crate) fn to_yup(&self) -> yup_oauth2::ServiceAccountKey {
        yup_oauth2::ServiceAccountKey {
            key_type: Some("service_account".to_owned()),
            project_id: None,
            private_key_id: self.private_key_id.clone(),
            // yup-oauth2 keeps this copy for as long as it signs, and does not wipe it.
            private_key: self.private_key.expose().to_owned(),
            client_email: self.client_email.clone(),
            client_id: self.client_id.clone(),
            auth_uri: None,
            token_uri: self.token_uri.to_string(),
            auth_provider_x509_cert_url: None,
            client_x509_cert_url: None,
        }
    }
}

impl fmt::Debug for ServiceAccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceAccountKey")
            .field("client_email", &self.client_email)
            .field("client_id", &self.client_id)
            .field("token_uri", &self.token_uri.as_str())
            .finish_non_exhaustive()
    }
}

/// The other files that people take for a key (Google's pages on Application Default Credentials), in words.
fn other_credential(fields: &Fields) -> Option<String> {
    match fields.get("type") {
        Some(Value::String(kind)) => Some(match kind.as_str() {
            "service_account" => return None,
            "authorized_user" => "a person's own credentials (\"type\": \"authorized_user\")".to_owned(),
            "external_account" | "external_account_authorized_user" => {
                format!("a workload identity federation file (\"type\": \"{kind}\")")
            }
            "impersonated_service_account" => {
                "an impersonated service account (\"type\": \"impersonated_service_account\")".to_owned()
            }
            _ => format!("a credential of type {:?}", super::error::presentable(kind, 60)),
        }),
        Some(_) => Some("a file whose \"type\" is not a text".to_owned()),
        None if fields.get("installed").is_some() || fields.get("web").is_some() => {
            Some("an OAuth client's secret".to_owned())
        }
        None => Some("a file without a \"type\"".to_owned()),
    }
}

/// Google hands out PKCS#8; PKCS#1 is what older tools convert it to.
fn check_rsa(pem: &str) -> Result<(), &'static str> {
    let label = |label: &str| -> Option<Zeroizing<Vec<u8>>> {
        let (_, rest) = pem.split_once(&format!("-----BEGIN {label}-----"))?;
        let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
        let body = Zeroizing::new(body.split_ascii_whitespace().collect::<String>());
        STANDARD.decode(body.as_bytes()).ok().map(Zeroizing::new)
    };
    if !pem.contains("-----BEGIN ") {
        return Err("is not a PEM text, as the Cloud console writes it");
    }
    if pem.contains("\\n") {
        return Err("has \\n written out in place of line breaks");
    }
    let parsed = match (label("PRIVATE KEY"), label("RSA PRIVATE KEY")) {
        (Some(der), _) => KeyPair::from_pkcs8(&der),
        (None, Some(der)) => KeyPair::from_der(&der),
        (None, None) => return Err("is no complete PEM text of a private key"),
    };
    parsed.map(|_| ()).map_err(|_| "is not an RSA key of 2048 bits or more")
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
    use aws_lc_rs::rsa::KeySize;
    use serde_json::json;

    fn pem() -> String {
        let key = KeyPair::generate(KeySize::Rsa2048).expect("a key");
        let der: Pkcs8V1Der<'_> = key.as_der().expect("its encoding");
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der.as_ref()))
    }

    #[test]
    fn a_key_is_read_and_every_fault_named() {
        let good = json!({
            "type": "service_account", "client_email": "a@p.iam.gserviceaccount.com", "client_id": "123",
            "private_key": pem(), "token_uri": "https://oauth2.googleapis.com/token", "universe_domain": "googleapis.com",
        });
        let read = |value: &Value| ServiceAccountKey::from_json(&value.to_string());
        let key = read(&good).expect("a sound key");
        assert_eq!((key.client_email(), key.client_id()), ("a@p.iam.gserviceaccount.com", Some("123")));
        assert_eq!(key.token_uri(), "https://oauth2.googleapis.com/token");

        for field in ["client_email", "private_key", "token_uri"] {
            let mut bad = good.clone();
            bad[field] = json!("");
            assert_eq!(read(&bad).expect_err(field), InvalidKey::Missing(field));
            bad[field] = json!(7);
            assert_eq!(read(&bad).expect_err(field), InvalidKey::NotText(field));
        }
        for (kind, words) in [
            ("authorized_user", "a person's own credentials"),
            ("external_account", "workload identity federation"),
            ("martian", "\"martian\""),
        ] {
            let mut bad = good.clone();
            bad["type"] = json!(kind);
            assert!(read(&bad).expect_err(kind).to_string().contains(words), "{kind}");
        }
        let secret = json!({"installed": {"client_secret": "hush"}});
        assert!(read(&secret).expect_err("no key").to_string().contains("an OAuth client's secret"));
        for url in ["http://example.com/token", "nonsense", "https://u:p@example.com/"] {
            let mut bad = good.clone();
            bad["token_uri"] = json!(url);
            assert!(matches!(read(&bad), Err(InvalidKey::TokenUri(_))), "{url}");
        }
        let ec = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----";
        for key in
            ["hush", "-----BEGIN PRIVATE KEY-----\nhush", ec, "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----"]
        {
            let mut bad = good.clone();
            bad["private_key"] = json!(key);
            let error = read(&bad).expect_err(key);
            assert!(matches!(error, InvalidKey::PrivateKey(_)), "{error}");
            assert!(!error.to_string().contains("hush"));
        }
        assert_eq!(ServiceAccountKey::from_json("[]").expect_err("no object"), InvalidKey::NotAnObject);
        assert_eq!(ServiceAccountKey::from_json("").expect_err("empty"), InvalidKey::NotJson { line: 1, column: 0 });
    }

    #[test]
    fn debug_shows_no_key() {
        let pem = pem();
        let text = json!({
            "type": "service_account", "client_email": "a@b", "private_key_id": "hush", "private_key": pem,
            "token_uri": "https://x/"
        });
        let shown = format!("{:?}", ServiceAccountKey::from_json(&text.to_string()).expect("a key"));
        assert!(!shown.contains("PRIVATE") && !shown.contains(&pem[40..60]) && !shown.contains("hush"), "{shown}");
    }
}
