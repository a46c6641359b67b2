use serde_json::json;

use super::*;

const SCOPE: &str = "https://www.googleapis.com/auth/x.readonly";

fn kind(status: u16, body: &Value) -> ErrorKind {
    let asked = Asked { api: Api::Policies, scope: SCOPE, names_customer: false };
    ErrorBody::parse(body.to_string().as_bytes()).kind(status, asked)
}

fn legacy(code: u16, reason: &str, message: &str) -> Value {
    json!({"error": {"code": code, "message": message, "errors": [{"domain": "global", "reason": reason, "message": message}]}})
}

fn newer(code: u16, status: &str, reason: &str, message: &str) -> Value {
    json!({"error": {"code": code, "message": message, "status": status, "details": [
        {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com", "metadata": {}}]}})
}

/// The newer shape with the legacy reason beside it, as the Admin SDK sends it today.
fn both(code: u16, status: &str, reason: &str, legacy_reason: &str, message: &str) -> Value {
    let mut body = newer(code, status, reason, message);
    body["error"]["errors"] = json!([{"domain": "global", "reason": legacy_reason, "message": message}]);
    body
}

#[test]
fn four_meanings_of_403_in_every_shape() {
    let scope = ErrorKind::ScopeNotDelegated { scopes: vec![SCOPE.to_owned()] };
    let quota = ErrorKind::Quota(QuotaWindow::PerMinute);
    let cases = [
        (legacy(403, "insufficientPermissions", "Insufficient Permission"), &scope),
        (newer(403, "PERMISSION_DENIED", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "Request had …"), &scope),
        (both(403, "PERMISSION_DENIED", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions", "x"), &scope),
        (legacy(403, "userRateLimitExceeded", "User Rate Limit Exceeded"), &quota),
        (legacy(403, "rateLimitExceeded", "Rate Limit Exceeded"), &quota),
        (legacy(403, "quotaExceeded", "Quota exceeded for quota metric 'Queries'"), &quota),
        (newer(403, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", "Quota exceeded"), &quota),
        (both(403, "PERMISSION_DENIED", "RATE_LIMIT_EXCEEDED", "rateLimitExceeded", "x"), &quota),
        (legacy(403, "dailyLimitExceeded", "Daily Limit Exceeded"), &ErrorKind::Quota(QuotaWindow::PerDay)),
        (legacy(403, "forbidden", "Not Authorized to access this resource/api"), &ErrorKind::NotAdministrator),
        (legacy(403, "notAuthorized", "x"), &ErrorKind::NotAdministrator),
        (newer(403, "PERMISSION_DENIED", "IAM_PERMISSION_DENIED", "x"), &ErrorKind::NotAdministrator),
        (
            json!({"error": {"code": 403, "message": "The caller does not have permission", "status": "PERMISSION_DENIED"}}),
            &ErrorKind::NotAdministrator,
        ),
        (both(403, "PERMISSION_DENIED", "SECURITY_POLICY_VIOLATED", "forbidden", "x"), &ErrorKind::Refused),
        (json!({"error": {"code": 403, "message": "x", "status": "FAILED_PRECONDITION"}}), &ErrorKind::Refused),
        (json!({"error": {"code": 403, "message": "no reason at all"}}), &ErrorKind::Refused),
    ];
    for (body, wanted) in cases {
        assert_eq!(&kind(403, &body), wanted, "{body}");
    }
}

#[test]
fn an_api_that_is_off_brings_its_link() {
    let url = "https://console.developers.google.com/apis/api/admin.googleapis.com/overview?project=12";
    let off = ErrorKind::ApiNotEnabled { service: "admin.googleapis.com".to_owned(), activation_url: url.to_owned() };
    let message = format!(
        "Admin SDK API has not been used in project 12 before or it is disabled. Enable it by visiting {url} then retry."
    );
    assert_eq!(kind(403, &legacy(403, "accessNotConfigured", &message)), off);

    let mut body = newer(403, "PERMISSION_DENIED", "SERVICE_DISABLED", "off");
    body["error"]["details"][0]["metadata"] = json!({"service": "admin.googleapis.com", "activationUrl": url});
    assert_eq!(kind(403, &body), off);

    let mut body = newer(403, "PERMISSION_DENIED", "SERVICE_DISABLED", "off");
    body["error"]["details"][0]["metadata"] = json!({"activationUrl": "https://evil.example/"});
    let library = "https://console.cloud.google.com/apis/library/cloudidentity.googleapis.com";
    assert_eq!(
        kind(403, &body),
        ErrorKind::ApiNotEnabled {
            service: "cloudidentity.googleapis.com".to_owned(),
            activation_url: library.to_owned()
        }
    );
}

#[test]
fn a_daily_quota_is_known_by_its_unit() {
    let mut body = newer(429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", "Quota exceeded");
    assert_eq!(kind(429, &body), ErrorKind::Quota(QuotaWindow::PerMinute));
    body["error"]["details"][0]["metadata"] = json!({"quota_unit": "1/d/{project}"});
    assert_eq!(kind(429, &body), ErrorKind::Quota(QuotaWindow::PerDay));
}

#[test]
fn customers_are_unknown_only_where_one_was_named() {
    let ask = |status: u16, message: &str, names_customer| {
        let asked = Asked { api: Api::Directory, scope: SCOPE, names_customer };
        ErrorBody::parse(legacy(status, "invalid", message).to_string().as_bytes()).kind(status, asked)
    };
    for (status, message) in [
        (404, "Resource Not Found: customerKey"),
        (400, "Invalid customerId"),
        (400, "Invalid Input"),
        (400, "Bad Request"),
        (404, "Domain not found."),
    ] {
        assert_eq!(ask(status, message, true), ErrorKind::NoSuchCustomer, "{message}");
        assert_ne!(ask(status, message, false), ErrorKind::NoSuchCustomer, "{message}");
    }
    assert_eq!(ask(400, "Invalid Input: pageToken", true), ErrorKind::Refused);
    assert_eq!(ask(404, "Resource Not Found: userKey", false), ErrorKind::NotFound);
}

#[test]
fn garbage_says_nothing_and_unknown_reasons_are_kept() {
    for garbage in ["", "<html>", "[]", "{}", "{\"error\": 7}", "{\"error\": {\"errors\": {}, \"details\": [1]}}"] {
        let body = ErrorBody::parse(garbage.as_bytes());
        assert_eq!((body.reason(), body.message()), (None, None), "{garbage}");
    }
    let body = ErrorBody::parse(legacy(418, "teapotShort", "short and stout").to_string().as_bytes());
    assert_eq!((body.reason(), body.message()), (Some("teapotShort"), Some("short and stout")));
    let oauth = ErrorBody::parse(br#"{"error": "invalid_token", "error_description": "Invalid Value"}"#);
    assert_eq!((oauth.reason(), oauth.message()), (Some("invalid_token"), Some("Invalid Value")));
}

#[test]
fn the_token_endpoint_tells_the_culprit() {
    let scope = || ErrorKind::ScopeNotDelegated { scopes: vec![SCOPE.to_owned()] };
    for (code, description, wanted) in [
        (
            "unauthorized_client",
            "Client is unauthorized to retrieve access tokens using this method, or …",
            Some(scope()),
        ),
        ("access_denied", "Requested client not authorized.", Some(scope())),
        ("invalid_grant", "Invalid email or User ID", Some(ErrorKind::UnknownSubject)),
        ("invalid_grant", "Not a valid email.", Some(ErrorKind::UnknownSubject)),
        (
            "invalid_grant",
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.",
            Some(ErrorKind::ClockSkew),
        ),
        ("invalid_grant", "Invalid JWT Signature.", Some(ErrorKind::CredentialsRefused)),
        ("invalid_grant", "Invalid grant: account not found", Some(ErrorKind::CredentialsRefused)),
        ("invalid_client", "The OAuth client was not found.", Some(ErrorKind::CredentialsRefused)),
        ("disabled_client", "", Some(ErrorKind::CredentialsRefused)),
        ("invalid_scope", "", Some(ErrorKind::Refused)),
        ("internal_failure", "", None),
        ("temporarily_unavailable", "", None),
    ] {
        assert_eq!(token_kind(code, description, SCOPE), wanted, "{code}: {description}");
    }
}
