//! What the token endpoint's answer to a refresh means (`invalid_grant` has a dozen causes; its subtype tells the one
//! that matters here).

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::domain::TryOutcome;
use crate::google::error::presentable;

/// The parts of an answer that are read. The access token is only seen to be there.
#[derive(Deserialize, Default)]
struct Said {
    access_token: Option<IgnoredAny>,
    #[serde(default)]
    error: Word,
    #[serde(default)]
    error_description: Word,
    #[serde(default)]
    error_subtype: Word,
    #[serde(default)]
    error_uri: Word,
}

/// A text, or something else in its place that is of no use.
#[derive(Deserialize)]
#[serde(untagged)]
enum Word {
    Text(String),
    NotText(IgnoredAny),
}

impl Default for Word {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl Word {
    fn text(&self) -> &str {
        match self {
            Self::Text(text) => text.trim(),
            Self::NotText(_) => "",
        }
    }
}

/// Google's help page on the length of Cloud sessions, which refusals for its sake link to.
const SESSION_LENGTH_PAGE: &str = "support.google.com/a/answer/9368756";

/// Codes that are about the client, or about what an administrator allows it.
const CLIENT: [&str; 10] = [
    "invalid_client",
    "unauthorized_client",
    "deleted_client",
    "disabled_client",
    "restricted_client",
    "admin_policy_enforced",
    "access_not_configured",
    "access_denied",
    "org_internal",
    "policy_enforced",
];

/// Codes that ask for patience.
const LATER: [&str; 6] = [
    "temporarily_unavailable",
    "server_error",
    "internal_failure",
    "backend_error",
    "rate_limit_exceeded",
    "slow_down",
];

/// What an answer of that status and body means, and Google's words for it where it is a refusal.
pub(in crate::google) fn read(status: u16, body: &[u8]) -> (TryOutcome, Option<String>) {
    let Ok(said) = serde_json::from_slice::<Said>(body) else {
        // A proxy's page, or half an answer. A front end of Google's that fails has no JSON to say so either.
        return (TryOutcome::Unreachable, Some(format!("HTTP {status}, and not JSON")));
    };
    if (200..300).contains(&status) {
        return match said.access_token {
            Some(_) => (TryOutcome::Refreshed, None),
            None => (TryOutcome::Other, Some(format!("HTTP {status} without an access token"))),
        };
    }
    let outcome = outcome(status, &said);
    let code = said.error.text();
    let mut words = if code.is_empty() { format!("HTTP {status}") } else { code.to_owned() };
    let subtype = said.error_subtype.text();
    if !subtype.is_empty() && !said.error_description.text().contains(subtype) {
        words = format!("{words} ({subtype})");
    }
    if !said.error_description.text().is_empty() {
        words = format!("{words}: {}", said.error_description.text());
    }
    (outcome, Some(presentable(&words, 300)))
}

fn outcome(status: u16, said: &Said) -> TryOutcome {
    let (code, subtype) = (said.error.text(), said.error_subtype.text());
    let description = said.error_description.text().to_ascii_lowercase();
    if status >= 500 || status == 429 || LATER.contains(&code) {
        return TryOutcome::Unreachable;
    }
    match subtype {
        "invalid_rapt" => return TryOutcome::InvalidRapt,
        "rapt_required" => return TryOutcome::RaptRequired,
        _ => {}
    }
    let about_account = ["account", "user"].iter().any(|word| description.contains(word))
        && ["deleted", "disabled", "suspended", "restricted", "not found"]
            .iter()
            .any(|word| description.contains(word));
    match code {
        "invalid_grant" if description.contains("(invalid_rapt)") => TryOutcome::InvalidRapt,
        "invalid_grant" if description.contains("(rapt_required)") => TryOutcome::RaptRequired,
        "invalid_grant" if said.error_uri.text().contains(SESSION_LENGTH_PAGE) => TryOutcome::InvalidRapt,
        // A subtype that is not known, or a reauthentication of which Google does not say which.
        "invalid_grant" if !subtype.is_empty() || description.contains("reauth") => TryOutcome::Other,
        "invalid_grant" | "access_denied" | "account_deleted" | "account_disabled" if about_account => {
            TryOutcome::Account
        }
        "account_deleted" | "account_disabled" => TryOutcome::Account,
        "invalid_grant" => TryOutcome::RevokedOrExpired,
        code if CLIENT.contains(&code) => TryOutcome::Client,
        _ => TryOutcome::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn of(status: u16, body: &Value) -> TryOutcome {
        read(status, body.to_string().as_bytes()).0
    }

    /// The subtype first, then the word in brackets, then the link (`reference/session-control.md`, section 3).
    #[test]
    fn refusals_are_told_apart() {
        use TryOutcome::{Account, Client, InvalidRapt, Other, RaptRequired, RevokedOrExpired, Unreachable};
        let page = "https://support.google.com/a/answer/9368756";
        let whole = json!({"error": "invalid_grant", "error_description": "reauth related error (invalid_rapt)",
            "error_uri": page, "error_subtype": "invalid_rapt"});
        for (expected, status, body) in [
            (InvalidRapt, 400, whole),
            (RaptRequired, 400, json!({"error": "invalid_grant", "error_subtype": "rapt_required"})),
            // The subtype wins over the words.
            (
                RaptRequired,
                400,
                json!({"error": "invalid_grant", "error_subtype": "rapt_required", "error_description": "x (invalid_rapt)"}),
            ),
            (
                InvalidRapt,
                400,
                json!({"error": "invalid_grant", "error_description": "reauth related error (invalid_rapt)"}),
            ),
            (
                RaptRequired,
                400,
                json!({"error": "invalid_grant", "error_description": "reauth related error (rapt_required)"}),
            ),
            (InvalidRapt, 400, json!({"error": "invalid_grant", "error_uri": page})),
            (Other, 400, json!({"error": "invalid_grant", "error_description": "reauth related error"})),
            (Other, 400, json!({"error": "invalid_grant", "error_subtype": "brand_new"})),
            (
                RevokedOrExpired,
                400,
                json!({"error": "invalid_grant", "error_description": "Token has been expired or revoked."}),
            ),
            (RevokedOrExpired, 400, json!({"error": "invalid_grant", "error_description": "Bad Request"})),
            (RevokedOrExpired, 400, json!({"error": "invalid_grant"})),
            (Account, 400, json!({"error": "invalid_grant", "error_description": "The account has been deleted"})),
            (Account, 400, json!({"error": "access_denied", "error_description": "Account restricted"})),
            (Account, 403, json!({"error": "account_disabled"})),
            (Client, 401, json!({"error": "invalid_client", "error_description": "The OAuth client was not found."})),
            (Client, 401, json!({"error": "deleted_client", "error_description": "The OAuth client was deleted."})),
            (Client, 400, json!({"error": "unauthorized_client"})),
            (Client, 400, json!({"error": "admin_policy_enforced"})),
            (Client, 400, json!({"error": "access_denied"})),
            (Other, 400, json!({"error": "unsupported_grant_type"})),
            (Other, 400, json!({"error": {"code": 400}})),
            (Other, 403, json!({})),
            (Other, 200, json!({})),
            (Other, 200, json!({"access_token": null})),
            (Unreachable, 503, json!({"error": "backend_error"})),
            (Unreachable, 429, json!({"error": "invalid_grant", "error_subtype": "invalid_rapt"})),
            (Unreachable, 400, json!({"error": "internal_failure"})),
            (TryOutcome::Refreshed, 200, json!({"access_token": "ya29.x"})),
        ] {
            assert_eq!(of(status, &body), expected, "{status} {body}");
        }
        for garbage in [&b""[..], b"<html>", b"{\"access_token\": \"ya29.cut", b"[]", b"7"] {
            assert_eq!(read(200, garbage).0, Unreachable, "{garbage:?}");
        }
    }

    #[test]
    fn googles_words_are_kept_fit_to_be_shown() {
        let words = |body: Value| read(400, body.to_string().as_bytes()).1.expect("words");
        assert_eq!(
            words(
                json!({"error": "invalid_grant", "error_description": "reauth related error (invalid_rapt)", "error_subtype": "invalid_rapt"})
            ),
            "invalid_grant: reauth related error (invalid_rapt)"
        );
        assert_eq!(words(json!({"error": "invalid_grant", "error_subtype": "brand_new"})), "invalid_grant (brand_new)");
        assert_eq!(
            words(json!({"error": "x", "error_description": "\u{1b}[31m 1//hush"})),
            "x: \u{fffd}[31m [redacted]"
        );
        assert_eq!(words(json!({})), "HTTP 400");
        assert!(words(json!({"error": "x".repeat(5000)})).len() < 310);
    }
}
