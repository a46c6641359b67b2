//! The causes that a dead connection may have, and which of them is a wider word for which.

use super::causes::{self, Advice};

/// One line per cause: its doc, its variant, its id, the causes that are a wider word for it, and what is told of it.
macro_rules! causes {
    ($($(#[$doc:meta])* $cause:ident = $id:literal, within [$($wider:ident),*], $advice:path;)+) => {
        /// Why Google said no, or why nobody got as far as Google.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Cause {
            $($(#[$doc])* $cause,)+
        }

        impl Cause {
            /// All of them, those that say more before those that say less of the same.
            pub const ALL: [Self; [$($id),+].len()] = [$(Self::$cause),+];

            /// The id of the JSON form, which stays what it is.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self {
                    $(Self::$cause => $id,)+
                }
            }

            /// The next wider words for it.
            fn wider(self) -> &'static [Self] {
                match self {
                    $(Self::$cause => &[$(Self::$wider),*],)+
                }
            }

            /// What is told of it.
            pub(super) fn advice(self) -> &'static Advice {
                match self {
                    $(Self::$cause => &$advice,)+
                }
            }
        }
    };
}

causes! {
    /// Session control: the proof of a recent sign-in that came along is too old.
    InvalidRapt = "invalid_rapt", within [Reauthentication], causes::session::INVALID_RAPT;
    /// Session control: no proof of a recent sign-in came along.
    RaptRequired = "rapt_required", within [Reauthentication], causes::session::RAPT_REQUIRED;
    /// Session control, in words that do not tell the two apart.
    Reauthentication = "reauthentication_required", within [InvalidGrant], causes::session::REAUTHENTICATION;

    /// The user took the grant back.
    RevokedByUser = "revoked_by_user", within [ExpiredOrRevoked], causes::token::REVOKED_BY_USER;
    /// An administrator ended the grant.
    RevokedByAdmin = "revoked_by_admin", within [ExpiredOrRevoked], causes::token::REVOKED_BY_ADMIN;
    /// The password was changed, and the grant has Gmail scopes.
    PasswordChanged = "password_changed", within [ExpiredOrRevoked], causes::token::PASSWORD_CHANGED;
    /// The service is restricted and the app not trusted.
    ServiceRestricted = "service_restricted", within [ExpiredOrRevoked, AdminPolicy], causes::token::SERVICE_RESTRICTED;
    /// Nobody used the token for six months.
    Idle = "six_months_idle", within [ExpiredOrRevoked], causes::token::IDLE;
    /// The app is in Testing, and seven days are over.
    TestingMode = "testing_mode_seven_days", within [ExpiredOrRevoked], causes::token::TESTING_MODE;
    /// More tokens than Google keeps for one account and client.
    TokenLimit = "token_limit", within [ExpiredOrRevoked], causes::token::TOKEN_LIMIT;
    /// The user granted access for a time only.
    TimeLimited = "time_limited_consent", within [ExpiredOrRevoked], causes::token::TIME_LIMITED;
    /// One of the eight before it: Google uses the same words for all of them.
    ExpiredOrRevoked = "token_expired_or_revoked", within [InvalidGrant], causes::token::EXPIRED_OR_REVOKED;

    /// The account is deleted.
    AccountDeleted = "account_deleted", within [InvalidGrant], causes::account::DELETED;
    /// There is no such account.
    AccountUnknown = "account_unknown", within [InvalidGrant, InvalidRequest], causes::account::UNKNOWN;
    /// The account may not be used: suspended, or held back.
    AccountRestricted = "account_restricted", within [AccessDenied], causes::account::RESTRICTED;
    /// The service account is disabled.
    ServiceAccountDisabled = "service_account_disabled", within [InvalidGrant], causes::account::ROBOT_DISABLED;
    /// The assertion's times are not now.
    ClockSkew = "clock_skew", within [InvalidGrant], causes::client::CLOCK_SKEW;
    /// The assertion is signed with a key that Google does not know.
    JwtSignature = "invalid_jwt_signature", within [InvalidGrant], causes::client::JWT_SIGNATURE;
    /// The authorization code is spent, late, or garbled.
    CodeRefused = "authorization_code_refused", within [InvalidGrant], causes::client::CODE_REFUSED;
    /// The grant is refused, and nothing says why.
    InvalidGrant = "invalid_grant", within [], causes::token::INVALID_GRANT;

    /// App access control keeps the user from granting what the app asks for.
    AdminPolicy = "admin_policy_enforced", within [], causes::consent::ADMIN_POLICY;
    /// Nobody has configured the app, and such apps are not let in.
    AppNotConfigured = "access_not_configured", within [], causes::consent::APP_NOT_CONFIGURED;
    /// The app is blocked, by an administrator or by Google.
    AppBlocked = "app_blocked", within [AccessDenied], causes::consent::APP_BLOCKED;
    /// The app is for its own organisation alone.
    OrgInternal = "org_internal", within [AccessDenied], causes::consent::ORG_INTERNAL;
    /// The app is in Testing or not verified, and the user no tester.
    NotVerified = "app_not_verified", within [AccessDenied], causes::consent::NOT_VERIFIED;
    /// The user said no.
    UserRefused = "user_refused", within [AccessDenied], causes::consent::USER_REFUSED;
    /// Context-Aware Access.
    ContextAware = "context_aware_access", within [AccessDenied, PermissionDenied], causes::consent::CONTEXT_AWARE;

    /// Domain-wide delegation lacks the client or the scope.
    DelegationMissing = "delegation_missing", within [UnauthorizedClient, AccessDenied], causes::client::DELEGATION_MISSING;
    /// The client may not do what it asks for.
    UnauthorizedClient = "unauthorized_client", within [], causes::client::UNAUTHORIZED;
    /// Access is denied, and nothing says why.
    AccessDenied = "access_denied", within [], causes::consent::ACCESS_DENIED;
    /// The client is deleted.
    ClientDeleted = "deleted_client", within [InvalidClient], causes::client::DELETED;
    /// The client is disabled.
    ClientDisabled = "disabled_client", within [InvalidClient], causes::client::DISABLED;
    /// Google does not know the client, or not with that secret.
    InvalidClient = "invalid_client", within [], causes::client::INVALID;
    /// A scope that does not exist, or may not be asked for.
    InvalidScope = "invalid_scope", within [], causes::client::INVALID_SCOPE;
    /// The ID token asked for is for somebody Google does not know.
    InvalidAudience = "invalid_audience", within [], causes::client::INVALID_AUDIENCE;
    /// The address to return to is not registered.
    RedirectMismatch = "redirect_uri_mismatch", within [InvalidRequest], causes::client::REDIRECT_MISMATCH;
    /// The consent page was opened inside an app.
    EmbeddedBrowser = "disallowed_useragent", within [InvalidRequest], causes::client::EMBEDDED_BROWSER;
    /// The request is not one.
    InvalidRequest = "invalid_request", within [], causes::client::INVALID_REQUEST;

    /// The hour of an access token is over.
    AccessTokenExpired = "access_token_expired", within [AccessTokenRefused], causes::api::TOKEN_EXPIRED;
    /// An API refuses the access token.
    AccessTokenRefused = "access_token_refused", within [], causes::api::TOKEN_REFUSED;
    /// The grant lacks a scope.
    ScopeInsufficient = "scope_insufficient", within [PermissionDenied], causes::api::SCOPE_INSUFFICIENT;
    /// The API is off in the client's project.
    ApiDisabled = "api_disabled", within [PermissionDenied], causes::api::API_DISABLED;
    /// The user is no administrator, or of too little.
    NotAdministrator = "not_administrator", within [PermissionDenied], causes::api::NOT_ADMINISTRATOR;
    /// The mailbox is not the user's.
    MailboxDelegation = "mailbox_delegation_denied", within [PermissionDenied], causes::api::MAILBOX_DELEGATION;
    /// The service is off for the user.
    ServiceOff = "service_off", within [PermissionDenied], causes::api::SERVICE_OFF;
    /// VPC Service Controls or another policy of the Cloud organisation.
    OrganizationPolicy = "organization_policy", within [PermissionDenied], causes::api::ORGANIZATION_POLICY;
    /// Too many requests at once.
    RateLimited = "rate_limited", within [Quota], causes::api::RATE_LIMITED;
    /// The day's requests are used up.
    DailyQuota = "daily_quota", within [Quota], causes::api::DAILY_QUOTA;
    /// No room is left.
    StorageQuota = "storage_quota", within [Quota], causes::api::STORAGE_QUOTA;
    /// A quota, and nothing says which.
    Quota = "quota", within [PermissionDenied], causes::api::QUOTA;
    /// An API refuses, and nothing says why.
    PermissionDenied = "permission_denied", within [], causes::api::PERMISSION_DENIED;
    /// Google's fault.
    GoogleFailed = "google_failed", within [], causes::api::GOOGLE_FAILED;

    /// A certificate is not trusted.
    Tls = "tls", within [Network], causes::network::TLS;
    /// Nobody got through.
    Network = "network", within [], causes::network::NETWORK;
}

impl Cause {
    /// What it is called.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.advice().title
    }

    /// Whether it is a wider word for the other: true of it, and less than all that is true.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        other.wider().iter().any(|wider| *wider == self || self.covers(*wider))
    }
}

/// How sure the text makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Google's words in the text mean this and nothing else.
    Certain,
    /// Words that mean this, but that others use too, or that Google has not documented.
    Likely,
    /// The text does not say so, and leaves it open.
    Possible,
}

impl Confidence {
    /// The word of the JSON form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::Possible => "possible",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_differ_and_advice_is_whole() {
        let ids: BTreeSet<&str> = Cause::ALL.into_iter().map(Cause::id).collect();
        assert_eq!(ids.len(), Cause::ALL.len());
        for cause in Cause::ALL {
            let advice = cause.advice();
            assert!(!advice.title.is_empty() && !advice.means.is_empty(), "{cause:?}");
            assert!(!advice.steps.is_empty() && !advice.sources.is_empty(), "{cause:?}");
            // What is only ever one of several must say how it is told from the others.
            for candidate in advice.candidates {
                assert!(!candidate.advice().tells_apart.is_empty(), "{candidate:?}");
                assert!(!candidate.covers(cause), "{candidate:?} of {cause:?}");
            }
            let texts =
                [advice.title, advice.means, advice.tells_apart].into_iter().chain(advice.steps.iter().copied());
            for text in texts {
                assert!(!text.contains("  ") && !text.contains('\n') && !text.ends_with('.'), "{cause:?}: {text}");
            }
        }
    }

    #[test]
    fn the_narrower_comes_first() {
        for (n, cause) in Cause::ALL.into_iter().enumerate() {
            assert!(!cause.covers(cause));
            assert!(Cause::ALL[n..].iter().all(|later| !cause.covers(*later)), "{cause:?}");
        }
        assert!(Cause::InvalidGrant.covers(Cause::InvalidRapt));
        assert!(!Cause::InvalidGrant.covers(Cause::InvalidClient));
    }
}
