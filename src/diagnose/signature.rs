//! Google's own words, and those of clients that speak for it, each with the cause that they prove.
//!
//! Words are compared by their skeleton alone, so that no quoting or wrapping hides them. A phrase that is the beginning
//! or the end of another must name the same cause or a wider one, as copies are cut short; a test holds that.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::cause::{Cause, Confidence};
use super::layers::Skeleton;
use super::seen::Field;

/// When a phrase means what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    /// Wherever it stands.
    Always,
    /// Where the text also has one of these.
    With(&'static [&'static str]),
}

/// One phrase.
#[derive(Debug)]
pub(super) struct Signature {
    /// As Google, or the client, writes it.
    pub(super) phrase: &'static str,
    /// What kind of thing it is.
    pub(super) field: Field,
    pub(super) cause: Cause,
    /// How sure it is.
    pub(super) confidence: Confidence,
    when: When,
    /// Whether others than Google say it too.
    common: bool,
}

/// The names of OAuth's own error codes are anybody's; Google's are Google's.
const GRANT: &[&str] = &["invalid_grant"];
const DENIED: &[&str] = &["access_denied"];
const REQUEST: &[&str] = &["invalid_request", "invalid_grant"];
const UNAUTHORIZED: &[&str] = &["401"];

const fn google(field: Field, phrase: &'static str, cause: Cause) -> Signature {
    Signature { phrase, field, cause, confidence: Confidence::Certain, when: When::Always, common: false }
}

const fn common(field: Field, phrase: &'static str, cause: Cause) -> Signature {
    Signature { common: true, ..google(field, phrase, cause) }
}

const fn likely(field: Field, phrase: &'static str, cause: Cause) -> Signature {
    Signature { confidence: Confidence::Likely, ..google(field, phrase, cause) }
}

const fn with(signature: Signature, also: &'static [&'static str]) -> Signature {
    Signature { when: When::With(also), ..signature }
}

/// All of them.
pub(super) const SIGNATURES: &[Signature] = &[
    // Session control: documented, and seen in Okta's article, google-auth, gcloud and others.
    google(Field::ErrorSubtype, "invalid_rapt", Cause::InvalidRapt),
    google(Field::ErrorSubtype, "rapt_required", Cause::RaptRequired),
    google(Field::ErrorDescription, "reauth related error", Cause::Reauthentication),
    with(likely(Field::ErrorUri, "support.google.com/a/answer/9368756", Cause::Reauthentication), GRANT),
    google(
        Field::Words,
        "Reauthentication failed. cannot prompt during non-interactive execution",
        Cause::Reauthentication,
    ),
    google(Field::Words, "Reauthentication challenge could not be answered", Cause::Reauthentication),
    google(Field::Words, "Reauthentication challenge failed", Cause::Reauthentication),
    google(Field::Words, "Reauthentication is needed. Please run `gcloud auth", Cause::Reauthentication),
    likely(Field::Words, "Reauthentication required", Cause::Reauthentication),
    // The token endpoint.
    google(Field::ErrorDescription, "Token has been expired or revoked", Cause::ExpiredOrRevoked),
    google(Field::ErrorDescription, "Token has been revoked", Cause::ExpiredOrRevoked),
    with(google(Field::ErrorDescription, "account has been deleted", Cause::AccountDeleted), GRANT),
    with(google(Field::ErrorDescription, "account not found", Cause::AccountUnknown), GRANT),
    with(google(Field::ErrorDescription, "Invalid email or User ID", Cause::AccountUnknown), REQUEST),
    with(google(Field::ErrorDescription, "Not a valid email", Cause::AccountUnknown), REQUEST),
    with(google(Field::ErrorDescription, "Invalid impersonation", Cause::AccountUnknown), REQUEST),
    with(google(Field::ErrorDescription, "Robot is disabled", Cause::ServiceAccountDisabled), GRANT),
    google(Field::ErrorDescription, "Token must be a short-lived token", Cause::ClockSkew),
    google(Field::ErrorDescription, "Check your iat and exp values", Cause::ClockSkew),
    google(Field::ErrorDescription, "Invalid JWT Signature", Cause::JwtSignature),
    with(google(Field::ErrorDescription, "Malformed auth code", Cause::CodeRefused), GRANT),
    with(google(Field::ErrorDescription, "Invalid code verifier", Cause::CodeRefused), GRANT),
    with(google(Field::ErrorDescription, "Missing code verifier", Cause::CodeRefused), GRANT),
    with(google(Field::ErrorDescription, "Code was already redeemed", Cause::CodeRefused), GRANT),
    common(Field::Error, "invalid_grant", Cause::InvalidGrant),
    google(Field::Error, "deleted_client", Cause::ClientDeleted),
    google(Field::ErrorDescription, "The OAuth client was deleted", Cause::ClientDeleted),
    google(Field::Error, "disabled_client", Cause::ClientDisabled),
    google(Field::ErrorDescription, "The OAuth client was disabled", Cause::ClientDisabled),
    google(Field::ErrorDescription, "The OAuth client was not found", Cause::InvalidClient),
    common(Field::Error, "invalid_client", Cause::InvalidClient),
    google(
        Field::ErrorDescription,
        "Client is unauthorized to retrieve access tokens using this method",
        Cause::DelegationMissing,
    ),
    google(Field::ErrorDescription, "client not authorized for any of the scopes requested", Cause::DelegationMissing),
    google(Field::ErrorDescription, "Unauthorized client or scope in request", Cause::DelegationMissing),
    with(google(Field::ErrorDescription, "Requested client not authorized", Cause::DelegationMissing), DENIED),
    common(Field::Error, "unauthorized_client", Cause::UnauthorizedClient),
    common(Field::Error, "invalid_scope", Cause::InvalidScope),
    common(Field::Error, "invalid_audience", Cause::InvalidAudience),
    common(Field::Error, "invalid_request", Cause::InvalidRequest),
    // The consent page, and the token log's words for what it did.
    google(Field::Error, "admin_policy_enforced", Cause::AdminPolicy),
    google(Field::Words, "is restricted by policies within your organization", Cause::AdminPolicy),
    google(Field::Error, "access_not_configured", Cause::AppNotConfigured),
    google(Field::Words, "institution's admin needs to review", Cause::AppNotConfigured),
    google(Field::Error, "org_internal", Cause::OrgInternal),
    google(Field::Words, "is restricted to users within its organization", Cause::OrgInternal),
    google(Field::Words, "has not completed the Google verification process", Cause::NotVerified),
    google(Field::Words, "can only be accessed by developer-approved testers", Cause::NotVerified),
    google(Field::Words, "This app tried to access sensitive info in your Google Account", Cause::AppBlocked),
    likely(Field::Words, "This app is blocked", Cause::AppBlocked),
    google(Field::Reason, "EXPLICIT_ADMIN_BLOCK", Cause::AppBlocked),
    google(Field::Reason, "CAA_FOR_OIDC_BLOCK", Cause::ContextAware),
    likely(Field::Words, "blocked by Context-Aware Access", Cause::ContextAware),
    google(Field::Reason, "SCOPE_BLOCK", Cause::ServiceRestricted),
    with(google(Field::ErrorDescription, "Account restricted", Cause::AccountRestricted), DENIED),
    google(Field::Error, "redirect_uri_mismatch", Cause::RedirectMismatch),
    google(Field::Error, "disallowed_useragent", Cause::EmbeddedBrowser),
    common(Field::Error, "access_denied", Cause::AccessDenied),
    // APIs.
    google(Field::Reason, "ACCESS_TOKEN_EXPIRED", Cause::AccessTokenExpired),
    google(Field::Message, "Request had invalid authentication credentials", Cause::AccessTokenRefused),
    google(Field::Message, "Expected OAuth 2 access token, login cookie", Cause::AccessTokenRefused),
    with(likely(Field::Message, "Invalid Credentials", Cause::AccessTokenRefused), UNAUTHORIZED),
    with(google(Field::Reason, "authError", Cause::AccessTokenRefused), UNAUTHORIZED),
    common(Field::Status, "UNAUTHENTICATED", Cause::AccessTokenRefused),
    google(Field::Reason, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", Cause::ScopeInsufficient),
    google(Field::Message, "Request had insufficient authentication scopes", Cause::ScopeInsufficient),
    common(Field::Error, "insufficient_scope", Cause::ScopeInsufficient),
    likely(Field::Reason, "insufficientPermissions", Cause::ScopeInsufficient),
    google(Field::Reason, "SERVICE_DISABLED", Cause::ApiDisabled),
    google(Field::Reason, "accessNotConfigured", Cause::ApiDisabled),
    google(Field::Message, "has not been used in project", Cause::ApiDisabled),
    google(Field::Message, "or it is disabled. Enable it by visiting", Cause::ApiDisabled),
    google(Field::Message, "Not Authorized to access this resource/api", Cause::NotAdministrator),
    google(Field::Message, "Delegation denied for", Cause::MailboxDelegation),
    google(Field::Message, "Mail service not enabled", Cause::ServiceOff),
    google(Field::Message, "The domain administrators have disabled Drive apps", Cause::ServiceOff),
    google(Field::Message, "Request is prohibited by organization's policy", Cause::OrganizationPolicy),
    google(Field::Reason, "SECURITY_POLICY_VIOLATED", Cause::OrganizationPolicy),
    google(Field::Reason, "userRateLimitExceeded", Cause::RateLimited),
    google(Field::Reason, "rateLimitExceeded", Cause::RateLimited),
    google(Field::Reason, "RATE_LIMIT_EXCEEDED", Cause::RateLimited),
    google(Field::Message, "User-rate limit exceeded", Cause::RateLimited),
    google(Field::Reason, "dailyLimitExceeded", Cause::DailyQuota),
    google(Field::Reason, "storageQuotaExceeded", Cause::StorageQuota),
    google(Field::Reason, "quotaExceeded", Cause::Quota),
    common(Field::Status, "RESOURCE_EXHAUSTED", Cause::Quota),
    common(Field::Status, "PERMISSION_DENIED", Cause::PermissionDenied),
    with(
        likely(Field::Message, "The caller does not have permission", Cause::PermissionDenied),
        &["403", "permission_denied"],
    ),
    // Google's own failures.
    google(Field::Reason, "backendError", Cause::GoogleFailed),
    google(Field::Error, "internal_failure", Cause::GoogleFailed),
    common(Field::Error, "temporarily_unavailable", Cause::GoogleFailed),
    google(Field::Message, "The service is currently unavailable", Cause::GoogleFailed),
    google(Field::Message, "Internal error encountered", Cause::GoogleFailed),
    google(Field::Words, "encountered a temporary error and could not complete your request", Cause::GoogleFailed),
    // The way to Google, in the words of Node, Python, Go, Java, curl and OpenSSL.
    common(Field::Words, "getaddrinfo ENOTFOUND", Cause::Network),
    common(Field::Words, "getaddrinfo EAI_AGAIN", Cause::Network),
    common(Field::Words, "connect ECONNREFUSED", Cause::Network),
    common(Field::Words, "connect ETIMEDOUT", Cause::Network),
    common(Field::Words, "read ECONNRESET", Cause::Network),
    common(Field::Words, "Temporary failure in name resolution", Cause::Network),
    common(Field::Words, "Name or service not known", Cause::Network),
    common(Field::Words, "no such host", Cause::Network),
    common(Field::Words, "Could not resolve host", Cause::Network),
    common(Field::Words, "connect: connection refused", Cause::Network),
    common(Field::Words, "java.net.UnknownHostException", Cause::Network),
    common(Field::Words, "CERTIFICATE_VERIFY_FAILED", Cause::Tls),
    common(Field::Words, "certificate signed by unknown authority", Cause::Tls),
    common(Field::Words, "unable to get local issuer certificate", Cause::Tls),
    common(Field::Words, "self-signed certificate in certificate chain", Cause::Tls),
    common(Field::Words, "SSL certificate problem", Cause::Tls),
    common(Field::Words, "PKIX path building failed", Cause::Tls),
];

/// Words by which a text shows that it is about Google.
const GOOGLE: [&str; 5] = ["google", "gmail", "gserviceaccount", "gaxios", "gcloud"];
/// Words by which it shows that it is about somebody else, where none of Google's is there.
const OTHERS: [&str; 4] = ["aadsts", "microsoftonline", "login_salesforce", "salesforcecom"];

static SEARCH: LazyLock<(AhoCorasick, usize)> = LazyLock::new(|| {
    let words = GOOGLE.iter().chain(&OTHERS).map(|word| (*word).to_owned());
    let needed = SIGNATURES.iter().flat_map(|signature| match signature.when {
        When::Always => &[],
        When::With(also) => also,
    });
    let phrases = SIGNATURES.iter().map(|signature| Skeleton::of(signature.phrase));
    let patterns: Vec<String> = phrases.chain(words).chain(needed.map(|word| (*word).to_owned())).collect();
    (AhoCorasick::new(&patterns).expect("a few hundred short patterns"), SIGNATURES.len())
});

/// A phrase that was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit {
    pub(super) signature: &'static Signature,
    pub(super) confidence: Confidence,
    /// In bytes of the paste: where it first stands.
    pub(super) place: u32,
}

/// Every phrase that the text has and that means something there, each where it first stands.
pub(super) fn search(skeleton: &Skeleton) -> Vec<Hit> {
    let (automaton, phrases) = &*SEARCH;
    let mut first: BTreeMap<usize, usize> = BTreeMap::new();
    for found in automaton.find_overlapping_iter(skeleton.as_str()) {
        first.entry(found.pattern().as_usize()).or_insert(found.start());
    }
    let others = *phrases + GOOGLE.len()..*phrases + GOOGLE.len() + OTHERS.len();
    let googles = *phrases..others.start;
    let about_google = first.range(googles).next().is_some();
    if !about_google && first.range(others).next().is_some() {
        return Vec::new();
    }
    let has = |word: &&str| skeleton.as_str().contains(*word);
    let hit = |(index, start): (&usize, &usize)| {
        let signature = SIGNATURES.get(*index)?;
        let means_it = match signature.when {
            When::Always => true,
            When::With(also) => also.iter().any(has),
        };
        let anybodys = signature.common && !about_google;
        let confidence = if anybodys { signature.confidence.max(Confidence::Likely) } else { signature.confidence };
        means_it.then(|| Hit { signature, confidence, place: skeleton.place(*start) })
    };
    first.iter().filter_map(hit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_within_another_never_says_something_else() {
        for one in SIGNATURES {
            for other in SIGNATURES {
                let (short, long) = (Skeleton::of(one.phrase), Skeleton::of(other.phrase));
                if short != long && long.contains(&short) {
                    let agree = one.cause == other.cause || one.cause.covers(other.cause);
                    assert!(agree, "{:?} is in {:?}", one.phrase, other.phrase);
                }
            }
        }
    }

    #[test]
    fn phrases_are_long_enough_to_mean_something() {
        for signature in SIGNATURES {
            assert!(Skeleton::of(signature.phrase).len() >= 9, "{}", signature.phrase);
        }
    }
}
