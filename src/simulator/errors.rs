//! Google's refusals, in Google's shapes.
//!
//! The Admin SDK and the License Manager carry the old `errors[].reason`; what their front end refuses (scopes, switched-off APIs) also carries
//! the newer `status` and `details[]`, which is all that the other APIs know.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::gate::{Api, Endpoint};

/// A refusal.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    message: String,
    /// `errors[0]` without the message.
    old: Option<Value>,
    rpc_status: Option<&'static str>,
    details: Vec<Value>,
}

impl Refusal {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), old: None, rpc_status: None, details: Vec::new() }
    }

    fn old(mut self, reason: &str) -> Self {
        self.old = Some(json!({"domain": "global", "reason": reason}));
        self
    }

    fn rpc(mut self, status: &'static str) -> Self {
        self.rpc_status = Some(status);
        self
    }

    /// In the words of an API: an old reason for the Admin SDK, a status for the others.
    fn of(api: Api, status: StatusCode, message: impl Into<String>, reason: &str, rpc_status: &'static str) -> Self {
        let refusal = Self::new(status, message);
        if api.is_old() { refusal.old(reason) } else { refusal.rpc(rpc_status) }
    }

    /// 401, no token came with the request.
    pub(super) fn no_credentials(api: Api) -> Self {
        let mut refusal = Self::new(
            StatusCode::UNAUTHORIZED,
            "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other \
             valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
        )
        .rpc("UNAUTHENTICATED");
        refusal.details.push(error_info("CREDENTIALS_MISSING", api, &[]));
        refusal.located(api, "required")
    }

    /// 401, the token is unknown or has expired.
    pub(super) fn bad_credentials(api: Api) -> Self {
        let mut refusal = Self::new(
            StatusCode::UNAUTHORIZED,
            "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid \
             authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
        )
        .rpc("UNAUTHENTICATED");
        refusal.details.push(error_info("ACCESS_TOKEN_EXPIRED", api, &[]));
        refusal.located(api, "authError")
    }

    fn located(mut self, api: Api, reason: &str) -> Self {
        if api.is_old() {
            self.old = Some(json!({
                "domain": "global", "reason": reason, "location": "Authorization", "locationType": "header",
            }));
        }
        self
    }

    /// 403, the token does not carry a scope that this call takes.
    pub(super) fn insufficient_scope(endpoint: &Endpoint) -> Self {
        let mut refusal = Self::new(StatusCode::FORBIDDEN, "Request had insufficient authentication scopes.")
            .rpc("PERMISSION_DENIED");
        if endpoint.api.is_old() {
            refusal = refusal.old("insufficientPermissions");
        }
        let method = [("method", endpoint.method)];
        refusal.details.push(error_info("ACCESS_TOKEN_SCOPE_INSUFFICIENT", endpoint.api, &method));
        refusal
    }

    /// 403, nobody enabled the API in the service account's project.
    pub(super) fn api_disabled(api: Api, project: &str) -> Self {
        let url =
            format!("https://console.developers.google.com/apis/api/{}/overview?project={project}", api.service());
        let mut refusal = Self::new(
            StatusCode::FORBIDDEN,
            format!(
                "{} has not been used in project {project} before or it is disabled. Enable it by visiting {url} then \
                 retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems \
                 and retry.",
                api.title()
            ),
        )
        .rpc("PERMISSION_DENIED");
        if api.is_old() {
            refusal.old = Some(json!({
                "domain": "usageLimits",
                "reason": "accessNotConfigured",
                "extendedHelp": "https://console.developers.google.com",
            }));
        }
        refusal.details = vec![
            error_info(
                "SERVICE_DISABLED",
                api,
                &[
                    ("activationUrl", &url),
                    ("consumer", &format!("projects/{project}")),
                    ("containerInfo", project),
                    ("serviceTitle", api.title()),
                ],
            ),
            json!({
                "@type": "type.googleapis.com/google.rpc.Help",
                "links": [{"description": "Google developers console API activation", "url": url}],
            }),
        ];
        refusal
    }

    /// The subject is no administrator, or not one who may do this.
    ///
    /// The Directory API calls it `forbidden` (403), the Reports API an `authError` (401): seen in many clients' logs.
    pub(super) fn not_an_administrator(endpoint: &Endpoint) -> Self {
        match endpoint.api {
            Api::AdminSdk if endpoint.method.starts_with("reports.") => {
                let refusal = Self::new(
                    StatusCode::UNAUTHORIZED,
                    "Access denied. You are not authorized to read activity records.",
                );
                refusal.located(endpoint.api, "authError")
            }
            Api::AdminSdk | Api::Licensing => {
                Self::new(StatusCode::FORBIDDEN, "Not Authorized to access this resource/api").old("forbidden")
            }
            Api::CloudIdentity | Api::AccessContextManager | Api::ResourceManager | Api::IamCredentials => {
                Self::permission_denied()
            }
        }
    }

    /// 403 of the newer APIs.
    pub(super) fn permission_denied() -> Self {
        Self::new(StatusCode::FORBIDDEN, "The caller does not have permission").rpc("PERMISSION_DENIED")
    }

    /// 429, more reads of policies than the quota allows.
    pub(super) fn too_many_policy_reads(project: &str) -> Self {
        let api = Api::CloudIdentity;
        let mut refusal = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            format!(
                "Quota exceeded for quota metric 'Policy read requests' and limit 'Policy read requests per minute' of \
                 service '{}' for consumer 'project_number:{project}'.",
                api.service()
            ),
        )
        .rpc("RESOURCE_EXHAUSTED");
        let consumer = format!("projects/{project}");
        refusal.details.push(error_info(
            "RATE_LIMIT_EXCEEDED",
            api,
            &[("consumer", &consumer), ("quota_unit", "1/min/{project}"), ("quota_location", "global")],
        ));
        refusal
    }

    /// 403 of IAM, which names the permission.
    pub(super) fn lacks_permission(permission: &str) -> Self {
        let message = format!("Permission '{permission}' denied on resource (or it may not exist).");
        let mut refusal = Self::new(StatusCode::FORBIDDEN, message).rpc("PERMISSION_DENIED");
        refusal.details.push(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "IAM_PERMISSION_DENIED",
            "domain": "iam.googleapis.com",
            "metadata": {"permission": permission},
        }));
        refusal
    }

    /// 404 of a thing that the key does not name.
    pub(super) fn not_found(api: Api, message: &str) -> Self {
        Self::of(api, StatusCode::NOT_FOUND, message, "notFound", "NOT_FOUND")
    }

    /// 400 of a parameter's value.
    pub(super) fn invalid(api: Api, message: impl Into<String>) -> Self {
        Self::of(api, StatusCode::BAD_REQUEST, message, "invalid", "INVALID_ARGUMENT")
    }

    /// 400 of a request that lacks something.
    pub(super) fn bad_request(api: Api, message: impl Into<String>) -> Self {
        Self::of(api, StatusCode::BAD_REQUEST, message, "badRequest", "INVALID_ARGUMENT")
    }

    /// 404 of a path that no API has.
    pub(super) fn no_such_path(path: &str) -> Self {
        let message = format!("The requested URL {path} was not found on this server.");
        Self::new(StatusCode::NOT_FOUND, message).old("notFound").rpc("NOT_FOUND")
    }

    /// Trouble that somebody ordered, with the usual reason of the status unless they named one.
    pub(super) fn ordered(api: Api, status: StatusCode, reason: Option<&str>) -> Self {
        let said = reason.unwrap_or_else(|| usual_reason(status));
        let mut refusal = Self::new(status, format!("The scenario ordered this: {said}"));
        if api.is_old() {
            let domain = if QUOTA_REASONS.contains(&said) { "usageLimits" } else { "global" };
            refusal.old = Some(json!({"domain": domain, "reason": said}));
            return refusal;
        }
        refusal.details.extend(reason.map(|reason| error_info(&upper_case(reason), api, &[])));
        refusal.rpc(rpc_word(status))
    }
}

/// Reasons of the older APIs that stand in the domain of quotas.
const QUOTA_REASONS: [&str; 4] = ["userRateLimitExceeded", "quotaExceeded", "rateLimitExceeded", "dailyLimitExceeded"];

/// The reason that the older APIs give with a status more often than others.
fn usual_reason(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "authError",
        403 => "forbidden",
        404 => "notFound",
        409 => "conflict",
        412 => "conditionNotMet",
        429 => "rateLimitExceeded",
        500.. => "backendError",
        _ => "badRequest",
    }
}

/// The word that the newer APIs have for a status (google.rpc.Code).
fn rpc_word(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        409 => "ABORTED",
        412 => "FAILED_PRECONDITION",
        429 => "RESOURCE_EXHAUSTED",
        500 => "INTERNAL",
        504 => "DEADLINE_EXCEEDED",
        501.. => "UNAVAILABLE",
        _ => "INVALID_ARGUMENT",
    }
}

/// `rateLimitExceeded` as the newer APIs write it: `RATE_LIMIT_EXCEEDED`.
fn upper_case(reason: &str) -> String {
    if !reason.contains(|c: char| c.is_ascii_lowercase()) {
        return reason.to_owned();
    }
    let mut word = String::new();
    for c in reason.chars() {
        if c.is_ascii_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.push(c.to_ascii_uppercase());
    }
    word
}

fn error_info(reason: &str, api: Api, metadata: &[(&str, &str)]) -> Value {
    let mut info = json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": {"service": api.service()},
    });
    for (name, value) in metadata {
        info["metadata"][*name] = (*value).into();
    }
    info
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut error = json!({"code": self.status.as_u16(), "message": self.message});
        if let Some(mut old) = self.old {
            old["message"] = self.message.as_str().into();
            error["errors"] = json!([old]);
        }
        if let Some(status) = self.rpc_status {
            error["status"] = status.into();
        }
        if !self.details.is_empty() {
            error["details"] = self.details.into();
        }
        let mut response = (self.status, Json(json!({"error": error}))).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer realm=\"https://accounts.google.com/\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
