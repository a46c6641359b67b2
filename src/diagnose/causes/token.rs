use super::super::cause::Cause;
use super::{APP_ACCESS, AUDIENCE_PAGE, Advice, GAM, OAUTH, SERVICE_ACCOUNTS};
use crate::evidence::APP_ACCESS_URL;

const CONNECTIONS_PAGE: &str = "https://myaccount.google.com/connections";
const TOKEN_LOG_PAGE: &str = "https://admin.google.com/ac/reporting/audit/token";
const AGAIN: &str = "Authorise the connection again";

pub(in super::super) const INVALID_GRANT: Advice = Advice {
    title: "The refresh token or code is refused, and the text does not say why (invalid_grant)",
    means: "The token endpoint answers invalid_grant for many reasons; which one, the error_subtype or error_description tells, and neither is here or says more than Bad Request",
    steps: &[
        "Get the whole answer of the token endpoint, with error_description and error_subtype",
        "Compare the candidates below with what has happened since it last worked",
        "Authorise the connection again; when it fails next, note after how many hours",
    ],
    console_url: None,
    tells_apart: "The whole answer does: error_subtype invalid_rapt or rapt_required means session control",
    sources: &[OAUTH, SERVICE_ACCOUNTS, GAM],
    candidates: &[
        Cause::Reauthentication,
        Cause::ExpiredOrRevoked,
        Cause::CodeRefused,
        Cause::AccountDeleted,
        Cause::ClockSkew,
    ],
};

pub(in super::super) const EXPIRED_OR_REVOKED: Advice = Advice {
    title: "The refresh token is no longer good: expired or revoked",
    means: "Google says these words whether the user or an administrator took the grant back, a password was changed, or the token expired by one of Google's rules; the text alone cannot tell which",
    steps: &[
        "Authorise the connection again",
        "Compare the candidates below with the logs around the time of the first failure",
        "With --snapshot, --demo or --live, gwsaudit compares them with what the tenant's logs show",
    ],
    console_url: Some(TOKEN_LOG_PAGE),
    tells_apart: "No error_subtype: session control says invalid_rapt or rapt_required",
    sources: &[OAUTH],
    candidates: &[
        Cause::RevokedByUser,
        Cause::RevokedByAdmin,
        Cause::PasswordChanged,
        Cause::ServiceRestricted,
        Cause::TestingMode,
        Cause::TokenLimit,
        Cause::Idle,
        Cause::TimeLimited,
    ],
};

pub(in super::super) const REVOKED_BY_USER: Advice = Advice {
    title: "The user removed the app's access",
    means: "Somebody with the user's account removed the app under third-party connections, or the app itself revoked its token",
    steps: &["Ask the user", AGAIN],
    console_url: Some(CONNECTIONS_PAGE),
    tells_apart: "The token log has a revoke event of this user and client after the last authorisation",
    sources: &[OAUTH],
    candidates: &[],
};

pub(in super::super) const REVOKED_BY_ADMIN: Advice = Advice {
    title: "An administrator revoked the token",
    means: "An administrator removed the app from the user's account, or ended the user's tokens by resetting or suspending the account",
    steps: &["Ask the administrator whom the audit log names", AGAIN],
    console_url: Some("https://admin.google.com/ac/reporting/audit/admin"),
    tells_apart: "The administrators' audit log has REVOKE_3LO_TOKEN for the user near the time",
    sources: &[OAUTH],
    candidates: &[],
};

pub(in super::super) const PASSWORD_CHANGED: Advice = Advice {
    title: "The user's password was changed, and the grant has Gmail scopes",
    means: "Changing the password ends refresh tokens that carry Gmail scopes; other tokens stay good",
    steps: &[AGAIN, "Use an account for automation whose password nobody changes in passing"],
    console_url: None,
    tells_apart: "CHANGE_PASSWORD in the audit log, or a password event in the login log, just before; only for grants with Gmail scopes",
    sources: &[OAUTH],
    candidates: &[],
};

pub(in super::super) const SERVICE_RESTRICTED: Advice = Advice {
    title: "A Google service was restricted, and the app is not trusted",
    means: "When an administrator restricts a service, tokens of apps that are not Trusted for it are revoked, and the next consent ends in admin_policy_enforced",
    steps: &[
        "Admin console, Security > Access and data control > API controls: see which services are Restricted",
        "Make the app Trusted for the user's org unit, or allow it the data that it needs",
        AGAIN,
    ],
    console_url: Some(APP_ACCESS_URL),
    tells_apart: "The next attempt to authorise ends in admin_policy_enforced; the audit log shows a change of API access, the token log a deny with SCOPE_BLOCK",
    sources: &[APP_ACCESS, OAUTH],
    candidates: &[],
};

pub(in super::super) const IDLE: Advice = Advice {
    title: "Nobody used the token for six months",
    means: "A refresh token that is not used for six months stops working",
    steps: &[AGAIN, "Have a flow that runs at least once a month use it"],
    console_url: None,
    tells_apart: "The last authorisation and the last use lie more than six months back",
    sources: &[OAUTH],
    candidates: &[],
};

pub(in super::super) const TESTING_MODE: Advice = Advice {
    title: "The app's consent screen is in Testing: tokens end after seven days",
    means: "Refresh tokens of an external app whose publishing status is Testing end seven days after consent, unless it asks for name, address and profile alone",
    steps: &[
        "If the client is your own: Google Auth Platform > Audience, publish the app (In production), or make it Internal",
        AGAIN,
    ],
    console_url: Some(AUDIENCE_PAGE),
    tells_apart: "It fails seven days after each authorisation, to the hour; only for clients in a project of your own, not for published apps such as Okta's",
    sources: &[OAUTH],
    candidates: &[],
};

pub(in super::super) const TOKEN_LIMIT: Advice = Advice {
    title: "More than 100 refresh tokens of one account for one client",
    means: "Google keeps 100 live refresh tokens per account and client; one more silently ends the oldest",
    steps: &[
        "Remove connections that nobody needs, and share one connection among flows",
        "Spread connections over several accounts",
        AGAIN,
    ],
    console_url: None,
    tells_apart: "Many authorisations of the same user and client, and the oldest connections die first; no revoke event",
    sources: &[OAUTH],
    candidates: &[],
};

pub(in super::super) const TIME_LIMITED: Advice = Advice {
    title: "The user granted access for a limited time",
    means: "On some consent pages the user chooses until when; then the token ends by itself",
    steps: &[AGAIN, "Choose no end, where the page offers the choice"],
    console_url: None,
    tells_apart: "The user remembers the choice; no log shows it",
    sources: &[OAUTH],
    candidates: &[],
};
