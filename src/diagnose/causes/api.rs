use super::super::cause::Cause;
use super::{API_ERRORS, Advice, GMAIL_ERRORS, OAUTH, OKTA_ARTICLE, USERS_PAGE};

const LIBRARY_PAGE: &str = "https://console.cloud.google.com/apis/library";
const QUOTAS_PAGE: &str = "https://console.cloud.google.com/iam-admin/quotas";
const DIRECTORY_LIMITS: &str = "https://developers.google.com/workspace/admin/directory/v1/limits";

pub(in super::super) const TOKEN_EXPIRED: Advice = Advice {
    title: "The access token is over an hour old",
    means: "An access token works for about an hour; the app should have used its refresh token and did not, or could not",
    steps: &[
        "See what the app's refresh said, just before: that names the cause",
        "Authorise the connection again, if it has no refresh token",
    ],
    console_url: None,
    tells_apart: "The reason says ACCESS_TOKEN_EXPIRED",
    sources: &[OAUTH, API_ERRORS],
    candidates: &[],
};

pub(in super::super) const TOKEN_REFUSED: Advice = Advice {
    title: "An API refuses the access token (401), and the text does not say why",
    means: "The access token is missing, expired or revoked; whether its refresh failed, and why, is not in this text",
    steps: &[
        "Find the answer to the refresh (an OAuth Refresh Error in Okta's log, mostly just before or after) and diagnose that",
        "Authorise the connection again",
    ],
    console_url: None,
    tells_apart: "The answer to the refresh does",
    sources: &[OAUTH, GMAIL_ERRORS, OKTA_ARTICLE],
    candidates: &[Cause::AccessTokenExpired, Cause::Reauthentication, Cause::ExpiredOrRevoked],
};

pub(in super::super) const SCOPE_INSUFFICIENT: Advice = Advice {
    title: "The grant lacks a scope that this call needs",
    means: "The user authorised the app for less than it now asks of the API",
    steps: &[
        "Authorise the connection again with the missing scope ticked; a changed set of scopes takes effect only then",
        "Mind that cloud-platform, where it is added, makes the connection subject to Google Cloud session control",
    ],
    console_url: None,
    tells_apart: "The refresh works; only some calls fail",
    sources: &[GMAIL_ERRORS, API_ERRORS],
    candidates: &[],
};

pub(in super::super) const API_DISABLED: Advice = Advice {
    title: "The API is off in the client's Cloud project",
    means: "The project that the OAuth client or service account belongs to has not enabled the API that is called",
    steps: &[
        "Open the address that the error names, in that project, and enable the API",
        "Wait some minutes, then try again",
    ],
    console_url: Some(LIBRARY_PAGE),
    tells_apart: "The error names the project and the API",
    sources: &[GMAIL_ERRORS, API_ERRORS],
    candidates: &[],
};

pub(in super::super) const NOT_ADMINISTRATOR: Advice = Advice {
    title: "The user lacks the administrator's privilege for this",
    means: "The Admin SDK lets only administrators with the fitting role do what was asked, or the customer is not theirs",
    steps: &[
        "Admin console, the user's page, Admin roles and privileges: give the role that suffices",
        "Or authorise the connection with an account that has it",
    ],
    console_url: Some(USERS_PAGE),
    tells_apart: "The scopes are there; the role is not",
    sources: &["https://developers.google.com/workspace/admin/directory/v1/guides/troubleshoot-error-codes"],
    candidates: &[],
};

pub(in super::super) const MAILBOX_DELEGATION: Advice = Advice {
    title: "The mailbox belongs to somebody else (delegation denied)",
    means: "The Gmail API was asked for another user's mailbox than that of the token",
    steps: &["Ask for \"me\", or for the address that authorised the connection"],
    console_url: None,
    tells_apart: "",
    sources: &[GMAIL_ERRORS],
    candidates: &[],
};

pub(in super::super) const SERVICE_OFF: Advice = Advice {
    title: "The service is off for this user",
    means: "An administrator has switched Gmail, or the use of Drive by apps, off for the user, or the user has no licence for it",
    steps: &[
        "Admin console, Apps > Google Workspace: see the service's status for the user's org unit, and the user's licences",
    ],
    console_url: Some("https://admin.google.com/ac/appslist/core"),
    tells_apart: "",
    sources: &[GMAIL_ERRORS],
    candidates: &[],
};

pub(in super::super) const ORGANIZATION_POLICY: Advice = Advice {
    title: "A policy of the Cloud organisation prohibits the request",
    means: "VPC Service Controls or another policy of the Google Cloud organisation lies between the caller and the service",
    steps: &[
        "Give the error's unique identifier to the Cloud organisation's administrators: it finds the violation in their audit log",
    ],
    console_url: Some("https://console.cloud.google.com/security/service-perimeter"),
    tells_apart: "",
    sources: &["https://cloud.google.com/vpc-service-controls/docs/troubleshooting"],
    candidates: &[],
};

pub(in super::super) const RATE_LIMITED: Advice = Advice {
    title: "Too many requests in a short time",
    means: "A limit per minute, or per user, was reached; asking later works",
    steps: &[
        "Let the app wait longer between attempts, and do less at once",
        "Raise the quota in the Cloud console, where it can be raised",
    ],
    console_url: Some(QUOTAS_PAGE),
    tells_apart: "The connection is sound: the same call works a minute later",
    sources: &[GMAIL_ERRORS, DIRECTORY_LIMITS],
    candidates: &[],
};

pub(in super::super) const DAILY_QUOTA: Advice = Advice {
    title: "The day's quota is used up",
    means: "The project, or the account, has made as many requests as a day allows",
    steps: &["Wait for the next day", "Raise the quota, or do less"],
    console_url: Some(QUOTAS_PAGE),
    tells_apart: "It fails until the next day, then works",
    sources: &[GMAIL_ERRORS, DIRECTORY_LIMITS],
    candidates: &[],
};

pub(in super::super) const STORAGE_QUOTA: Advice = Advice {
    title: "No storage is left",
    means: "The user's, or the tenant's, storage is full",
    steps: &["Free storage, or buy more"],
    console_url: Some("https://admin.google.com/ac/storage"),
    tells_apart: "Reading works, writing fails",
    sources: &["https://developers.google.com/workspace/drive/api/guides/handle-errors"],
    candidates: &[],
};

pub(in super::super) const QUOTA: Advice = Advice {
    title: "A quota is used up, and the text does not say which",
    means: "Too many requests, for a minute or for a day",
    steps: &["Try again a minute later, then the next day", "See the quotas in the Cloud console"],
    console_url: Some(QUOTAS_PAGE),
    tells_apart: "How long it lasts does",
    sources: &[API_ERRORS, DIRECTORY_LIMITS],
    candidates: &[Cause::RateLimited, Cause::DailyQuota, Cause::StorageQuota],
};

pub(in super::super) const PERMISSION_DENIED: Advice = Advice {
    title: "An API refuses what was asked (403), and the text does not say why",
    means: "Google knows who is asking: the token is good. The scope, the user's right, or a policy is missing",
    steps: &["Get the whole answer, with its reason and details"],
    console_url: None,
    tells_apart: "The reason in the whole answer does",
    sources: &[API_ERRORS],
    candidates: &[Cause::ScopeInsufficient, Cause::ApiDisabled, Cause::NotAdministrator],
};

pub(in super::super) const GOOGLE_FAILED: Advice = Advice {
    title: "Google failed",
    means: "The fault is on Google's side, mostly for seconds",
    steps: &["Try again, with growing pauses", "See the status dashboard, if it lasts"],
    console_url: Some("https://www.google.com/appsstatus/dashboard/"),
    tells_apart: "The connection is sound: nothing needs to be authorised again",
    sources: &[GMAIL_ERRORS, API_ERRORS],
    candidates: &[],
};
