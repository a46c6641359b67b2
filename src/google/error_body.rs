//! Google's error bodies, in the shapes that its APIs send, and what they mean.
//!
//! Shapes: `{"error": {"errors": [{"reason"}]}}` (legacy), `{"error": {"status", "details": [ErrorInfo]}}` (newer),
//! both at once, and OAuth's `{"error", "error_description"}`. Everything is optional: proxies and front ends
//! answer too.

use serde_json::Value;

use super::endpoint::Api;
use super::error::{ErrorKind, QuotaWindow};

/// What an error body says, whatever its shape.
#[derive(Debug, Default)]
pub(crate) struct ErrorBody {
    /// Most telling first: `ErrorInfo`, then legacy reasons, then OAuth's code, as sent.
    reasons: Vec<String>,
    /// Such as `PERMISSION_DENIED`.
    status: Option<String>,
    message: Option<String>,
    service: Option<String>,
    /// Candidates for the link that switches the API on.
    links: Vec<String>,
    /// `quota_unit` and `quota_limit` of an `ErrorInfo`.
    quota: String,
}

/// What a call was, as far as it decides what an error means.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) api: Api,
    pub(crate) scope: &'static str,
    /// The call names a customer, and it is the first page: later pages prove that the customer exists.
    pub(crate) names_customer: bool,
}

impl ErrorBody {
    /// Reads a body. Garbage reads as a body that says nothing.
    pub(crate) fn parse(body: &[u8]) -> Self {
        let Ok(Value::Object(body)) = serde_json::from_slice::<Value>(body) else {
            return Self::default();
        };
        match body.get("error") {
            Some(Value::Object(error)) => Self::from_google(error),
            Some(Value::String(code)) => {
                Self { reasons: vec![code.clone()], message: text(&body, "error_description"), ..Self::default() }
            }
            _ => Self::default(),
        }
    }

    fn from_google(error: &serde_json::Map<String, Value>) -> Self {
        let mut found = Self { status: text(error, "status"), message: text(error, "message"), ..Self::default() };
        for detail in objects(error, "details") {
            let kind = detail.get("@type").and_then(Value::as_str).unwrap_or_default();
            if kind.ends_with("google.rpc.ErrorInfo") {
                found.reasons.extend(text(detail, "reason"));
                if let Some(Value::Object(metadata)) = detail.get("metadata") {
                    found.service = found.service.or_else(|| text(metadata, "service"));
                    found.links.extend(text(metadata, "activationUrl"));
                    for key in ["quota_unit", "quota_limit"] {
                        found.quota.extend(text(metadata, key));
                        found.quota.push(' ');
                    }
                }
            }
            for link in objects(detail, "links") {
                found.links.extend(text(link, "url"));
            }
        }
        for legacy in objects(error, "errors") {
            found.reasons.extend(text(legacy, "reason"));
            found.message = found.message.or_else(|| text(legacy, "message"));
            found.links.extend(text(legacy, "extendedHelp"));
        }
        found
    }

    /// The most telling reason, as sent.
    pub(crate) fn reason(&self) -> Option<&str> {
        self.reasons.first().or(self.status.as_ref()).map(String::as_str)
    }

    pub(crate) fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// `rateLimitExceeded` and `RATE_LIMIT_EXCEEDED` are the same reason.
    fn has(&self, wanted: &[&str]) -> bool {
        self.reasons.iter().chain(&self.status).any(|reason| wanted.contains(&folded(reason).as_str()))
    }

    fn says(&self, words: &str) -> bool {
        self.message.as_deref().is_some_and(|message| message.to_ascii_lowercase().contains(words))
    }

    /// What an API's answer with that status means.
    pub(crate) fn kind(&self, status: u16, asked: Asked) -> ErrorKind {
        match status {
            300..=399 => ErrorKind::Redirected,
            // The Reports API says 401 to an administrator without the privilege, with a token that is sound.
            401 if self.says("not authorized to") => ErrorKind::NotAdministrator,
            401 => ErrorKind::Unauthenticated,
            403 => self.forbidden(asked),
            429 => ErrorKind::Quota(self.window()),
            400 | 404 if asked.names_customer && self.is_about_the_customer(status) => ErrorKind::NoSuchCustomer,
            404 => ErrorKind::NotFound,
            500.. => ErrorKind::Server(status),
            _ => ErrorKind::Refused,
        }
    }

    /// A 403 means one of four things that need four different people.
    fn forbidden(&self, asked: Asked) -> ErrorKind {
        if self.has(&["servicedisabled", "accessnotconfigured"]) || self.says("has not been used in project") {
            return self.api_off(asked.api);
        }
        if self.has(&["accesstokenscopeinsufficient", "insufficientpermissions", "insufficientscope"])
            || self.says("insufficient authentication scopes")
        {
            return ErrorKind::ScopeNotDelegated { scopes: vec![asked.scope.to_owned()] };
        }
        if self.has(&["dailylimitexceeded", "dailylimitexceededunreg"]) {
            return ErrorKind::Quota(QuotaWindow::PerDay);
        }
        if self.has(&[
            "ratelimitexceeded",
            "userratelimitexceeded",
            "userratelimitexceededunreg",
            "quotaexceeded",
            "resourceexhausted",
        ]) {
            return ErrorKind::Quota(self.window());
        }
        // A reason that is none of these is something else (a security perimeter, a billing account), even where the
        // legacy shape beside it says `forbidden` as it does to everything.
        let plain = ["forbidden", "notauthorized", "permissiondenied", "iampermissiondenied"];
        let mut reasons = self.reasons.iter().chain(self.status.iter().filter(|_| self.reasons.is_empty())).peekable();
        if self.says("not authorized to access")
            || (reasons.peek().is_some() && reasons.all(|reason| plain.contains(&folded(reason).as_str())))
        {
            return ErrorKind::NotAdministrator;
        }
        ErrorKind::Refused
    }

    fn window(&self) -> QuotaWindow {
        let daily = self.has(&["dailylimitexceeded"])
            || self.quota.contains("1/d/")
            || self.quota.contains("PerDay")
            || self.says("per day")
            || self.says("daily limit");
        if daily { QuotaWindow::PerDay } else { QuotaWindow::PerMinute }
    }

    /// 400 says "Bad Request" or "Invalid Input" for an unknown customer, but names any other culprit.
    fn is_about_the_customer(&self, status: u16) -> bool {
        let message = self.message.as_deref().unwrap_or_default().trim().trim_end_matches('.').to_ascii_lowercase();
        message.contains("customer")
            || matches!(message.as_str(), "invalid input" | "bad request")
            || (status == 404 && !message.contains("org unit") && !message.contains("orgunit"))
    }

    /// Which service, and where to switch it on. Only a link to Google's own console is passed on.
    fn api_off(&self, api: Api) -> ErrorKind {
        let link = self
            .links
            .iter()
            .map(String::as_str)
            .chain(self.message.iter().flat_map(|message| message.split_whitespace()))
            .find(|word| {
                ["https://console.developers.google.com/", "https://console.cloud.google.com/"]
                    .iter()
                    .any(|console| word.starts_with(console))
            });
        let service = self
            .service
            .clone()
            .or_else(|| {
                let (_, rest) = link?.split_once("/apis/api/")?;
                Some(rest.split(['/', '?']).next()?.to_owned())
            })
            .filter(|service| service.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-')))
            .unwrap_or_else(|| api.host().to_owned());
        let activation_url = match link {
            Some(link) if link.bytes().all(|b| b.is_ascii_graphic()) && link.len() < 300 => link.to_owned(),
            Some(_) | None => format!("https://console.cloud.google.com/apis/library/{service}"),
        };
        ErrorKind::ApiNotEnabled { service, activation_url }
    }
}

/// What the token endpoint's error means; `None` for one that passes.
pub(crate) fn token_kind(code: &str, description: &str, scope: &str) -> Option<ErrorKind> {
    let description = description.to_ascii_lowercase();
    let says = |words: &str| description.contains(words);
    Some(match code {
        // RFC 6749 names the first two; the others are Google's.
        "server_error"
        | "temporarily_unavailable"
        | "internal_failure"
        | "backend_error"
        | "rate_limit_exceeded"
        | "slow_down" => return None,
        "unauthorized_client" | "access_denied" => ErrorKind::ScopeNotDelegated { scopes: vec![scope.to_owned()] },
        "invalid_grant" if says("invalid email or user id") || says("not a valid email") => ErrorKind::UnknownSubject,
        "invalid_grant" if says("short-lived token") || (says("iat") && says("exp")) => ErrorKind::ClockSkew,
        "invalid_request" | "invalid_scope" | "unsupported_grant_type" => ErrorKind::Refused,
        _ => ErrorKind::CredentialsRefused,
    })
}

fn folded(reason: &str) -> String {
    reason.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect()
}

fn text(object: &serde_json::Map<String, Value>, key: &str) -> Option<String> {
    object.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn objects<'a>(
    object: &'a serde_json::Map<String, Value>,
    key: &str,
) -> impl Iterator<Item = &'a serde_json::Map<String, Value>> {
    object.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

#[cfg(test)]
#[path = "error_body_tests.rs"]
mod tests;
