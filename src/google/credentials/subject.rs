//! The workload's own token, read anew whenever it is needed: its platform renews it.

use std::path::Path;

use tokio::io::AsyncReadExt as _;
use zeroize::Zeroizing;

use super::external_account::{ExternalAccount, SubjectSource};
use super::fault::KeylessFault;
use super::wire::{Request, Wire};
use crate::domain::Secret;
use crate::google::endpoint::Api;
use crate::google::error::{ApiError, ErrorKind};

/// No token is larger, and no device file is read without end.
const LIMIT: u64 = 256 << 10;

impl ExternalAccount {
    /// Reads the token from its file or URL.
    pub(super) async fn subject_token(&self, wire: &Wire, call: &'static str) -> Result<Secret, ApiError> {
        let place = self.source.place();
        let missing = |why: &str| {
            let fault = KeylessFault::SubjectToken { place: place.clone() };
            ApiError::new(Api::SecurityTokens, call, ErrorKind::Keyless(fault)).with_message(why)
        };
        let text = match &self.source {
            SubjectSource::File(path) => read(path).await.map_err(|why| missing(&why))?,
            SubjectSource::Url { url, headers } => {
                let request =
                    Request { api: Api::SecurityTokens, call, purpose: "token of the workload", url: url.as_str() };
                let answer = wire.get(request, headers).await.map_err(|error| {
                    let words = error.message().map_or(String::new(), |words| format!(": {words}"));
                    missing(&format!("{}{words}", error.kind()))
                })?;
                if !answer.status.is_success() {
                    return Err(missing(&format!("the answer is HTTP {}", answer.status.as_u16())));
                }
                let text = String::from_utf8(answer.body.into()).map_err(|_| missing("it is not UTF-8"))?;
                Zeroizing::new(text)
            }
        };
        if text.trim().is_empty() {
            return Err(missing("it is empty"));
        }
        self.format.token(&text).ok_or_else(|| missing("the JSON field that should hold it is not there"))
    }
}

async fn read(path: &Path) -> Result<Zeroizing<String>, String> {
    let file = tokio::fs::File::open(path).await.map_err(|error| error.to_string())?;
    let mut text = Zeroizing::new(String::new());
    file.take(LIMIT).read_to_string(&mut text).await.map_err(|error| error.to_string())?;
    Ok(text)
}
