//! Credential files of every kind but a key, as gcloud writes them.

use std::io;
use std::path::Path;

use serde_json::{Value, json};

use super::super::key::CLIENT_EMAIL;
use super::super::server::Shared;
use super::PROVIDER;

const TOKEN_FILE: &str = "subject-token";

impl Shared {
    /// Each file's name and content, where the scenario asks for them.
    pub(in crate::simulator) fn credential_files(&self, dir: &Path) -> io::Result<Vec<(&'static str, String)>> {
        if !self.file.service.keyless {
            return Ok(Vec::new());
        }
        // Whoever reads the file may be in another folder.
        let token_file = std::path::absolute(dir)?.join(TOKEN_FILE).display().to_string();
        let workload = &self.workload;
        let person = json!({
            "type": "authorized_user",
            "client_id": workload.client_id,
            "client_secret": workload.client_secret,
            "refresh_token": workload.refresh_token,
            "quota_project_id": "simulated-project",
            "universe_domain": "googleapis.com",
        });
        let by_file = self.external_account(&json!({"file": token_file, "format": {"type": "text"}}));
        let by_url = self.external_account(&json!({
            "url": format!("{}/simulator/subject-token?audience=simulated", self.base_url),
            "headers": {"X-Provider-Secret": workload.provider_secret},
            "format": {"type": "json", "subject_token_field_name": "value"},
        }));
        let impersonated = json!({
            "type": "impersonated_service_account",
            "service_account_impersonation_url": self.impersonation_url(),
            "delegates": [],
            "source_credentials": person,
        });
        let text = |value: &Value| format!("{value:#}\n");
        Ok(vec![
            // As platforms write it: without a line break, which not every client would cut off.
            (TOKEN_FILE, workload.subject_token.clone()),
            ("external-account.json", text(&by_file)),
            ("external-account-url.json", text(&by_url)),
            ("authorized-user.json", text(&person)),
            ("impersonated-service-account.json", text(&impersonated)),
        ])
    }

    fn external_account(&self, source: &Value) -> Value {
        json!({
            "type": "external_account",
            "audience": PROVIDER,
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "token_url": format!("{}/v1/token", self.base_url),
            "service_account_impersonation_url": self.impersonation_url(),
            "credential_source": source,
            "universe_domain": "googleapis.com",
        })
    }

    fn impersonation_url(&self) -> String {
        format!("{}/v1/projects/-/serviceAccounts/{CLIENT_EMAIL}:generateAccessToken", self.base_url)
    }
}
