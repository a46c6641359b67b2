//! The service account's key: made at each start, never stored by the simulator.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;

/// A service account with its key pair. No `Debug`: it holds the private key.
pub(super) struct ServiceAccount {
    pair: KeyPair,
    key_id: String,
}

/// The service account's address.
pub(super) const CLIENT_EMAIL: &str = "gwsaudit@simulated-project.iam.gserviceaccount.com";
const CLIENT_ID: &str = "101010101010101010101";
const PROJECT_NUMBER: &str = "999000111222";

/// Random text fit for a URL.
pub(super) fn random_text<const BYTES: usize>() -> Result<String, Unspecified> {
    let mut bytes = [0; BYTES];
    rand::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

impl ServiceAccount {
    pub(super) fn generate() -> Result<Self, Unspecified> {
        let mut id = [0_u8; 20];
        rand::fill(&mut id)?;
        let key_id = id.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { pair: KeyPair::generate(KeySize::Rsa2048)?, key_id })
    }

    pub(super) fn project_number(&self) -> &'static str {
        PROJECT_NUMBER
    }

    pub(super) fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Whether this key signed the message with RS256.
    pub(super) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.pair.public_key().as_ref());
        public.verify(message, signature).is_ok()
    }

    /// An RS256 signature. One pair serves the service account and Google's ID tokens; nothing checks one against the other.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, &rand::SystemRandom::new(), message, &mut signature)?;
        Ok(signature)
    }

    /// The key file, as the Cloud console would hand it out.
    pub(super) fn file(&self, base_url: &str) -> Result<String, Unspecified> {
        let pkcs8: Pkcs8V1Der<'_> = self.pair.as_der()?;
        let body = STANDARD.encode(pkcs8.as_ref());
        let lines = body.as_bytes().chunks(64).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\n");
        let file = json!({
            "type": "service_account",
            "project_id": "simulated-project",
            "private_key_id": self.key_id,
            "private_key": format!("-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----\n"),
            "client_email": CLIENT_EMAIL,
            "client_id": CLIENT_ID,
            "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": format!("{base_url}/token"),
            "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
            "client_x509_cert_url":
                format!("https://www.googleapis.com/robot/v1/metadata/x509/{}", CLIENT_EMAIL.replace('@', "%40")),
            "universe_domain": "googleapis.com",
        });
        Ok(format!("{file:#}\n"))
    }
}
