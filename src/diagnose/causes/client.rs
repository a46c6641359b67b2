use super::super::cause::Cause;
use super::{Advice, CLIENTS_PAGE, CONSENT_CODES, DELEGATION_PAGE, GAM, OAUTH, SERVICE_ACCOUNTS, WEB_SERVER};

pub(in super::super) const CLOCK_SKEW: Advice = Advice {
    title: "The clock of the machine that signs is wrong",
    means: "The assertion's times (iat, exp) are not now by Google's clock, or more than an hour apart",
    steps: &["Set the clock by NTP, and mind virtual machines that slept", "Try again"],
    console_url: None,
    tells_apart: "Service accounts only; Google names iat and exp, and the clock is minutes or more off",
    sources: &[SERVICE_ACCOUNTS],
    candidates: &[],
};

pub(in super::super) const JWT_SIGNATURE: Advice = Advice {
    title: "Google does not know the key that signed (invalid JWT signature)",
    means: "The service account's key was deleted, has expired, or belongs to another account than the assertion names",
    steps: &[
        "Compare private_key_id of the key file with the keys of the service account in the Cloud console",
        "Make a new key, if it is gone",
    ],
    console_url: Some("https://console.cloud.google.com/iam-admin/serviceaccounts"),
    tells_apart: "",
    sources: &[SERVICE_ACCOUNTS],
    candidates: &[],
};

pub(in super::super) const CODE_REFUSED: Advice = Advice {
    title: "The authorization code is spent, too old, or garbled",
    means: "A code works once, for minutes, and only with the client, redirect address and code verifier that it was made for",
    steps: &[
        "Authorise again from the start",
        "If it recurs, see whether the app sends the code twice or encodes it twice",
    ],
    console_url: None,
    tells_apart: "It happens while connecting, not hours later",
    sources: &[WEB_SERVER, GAM],
    candidates: &[],
};

pub(in super::super) const DELEGATION_MISSING: Advice = Advice {
    title: "Domain-wide delegation lacks this client, or one of the scopes",
    means: "The service account may act for users only with scopes that a super administrator has delegated to its client ID, each of them exactly as asked for",
    steps: &[
        "Admin console, Security > Access and data control > API controls > Domain-wide delegation: find the client ID (digits) of the service account",
        "Add every scope that the program asks for; changes may take a day",
        "For gwsaudit itself: its README lists the scopes",
    ],
    console_url: Some(DELEGATION_PAGE),
    tells_apart: "Service accounts only",
    sources: &[SERVICE_ACCOUNTS, GAM],
    candidates: &[],
};

pub(in super::super) const UNAUTHORIZED: Advice = Advice {
    title: "The client may not ask for tokens this way (unauthorized_client)",
    means: "For a service account: domain-wide delegation lacks it, or a scope. For other clients: the refresh token belongs to another client, or this type of client may not use this flow",
    steps: &[
        "For a service account, see domain-wide delegation in the Admin console",
        "For another client, compare the client ID with the one that the user authorised",
    ],
    console_url: Some(DELEGATION_PAGE),
    tells_apart: "Google's description says which",
    sources: &[SERVICE_ACCOUNTS, GAM],
    candidates: &[Cause::DelegationMissing],
};

pub(in super::super) const DELETED: Advice = Advice {
    title: "The OAuth client is deleted",
    means: "The app's registration with Google is gone, and every connection made with it is dead",
    steps: &[
        "If the client is yours: restore it in the Cloud console (possible for 30 days), or make a new one and authorise all connections again",
        "If not, ask the app's vendor",
    ],
    console_url: Some(CLIENTS_PAGE),
    tells_apart: "Google says deleted_client, and every user of the app is affected",
    sources: &[CONSENT_CODES],
    candidates: &[],
};

pub(in super::super) const DISABLED: Advice = Advice {
    title: "The OAuth client is disabled",
    means: "The app's owner, or Google, has switched the client off: every connection made with it fails until it is on again",
    steps: &[
        "If the client is yours: look for mail from Google to the project's owners, and enable it in the Cloud console",
        "If not, ask the app's vendor",
    ],
    console_url: Some(CLIENTS_PAGE),
    tells_apart: "Google says disabled_client, and every user of the app is affected",
    sources: &[CONSENT_CODES],
    candidates: &[],
};

pub(in super::super) const INVALID: Advice = Advice {
    title: "The client ID or its secret is wrong (invalid_client)",
    means: "Google does not know the client, or not with that secret: a wrong copy, a secret that was replaced, or a client that is gone",
    steps: &[
        "Compare client ID and secret with the Cloud console, without blanks before or after",
        "If the app is a vendor's, ask the vendor",
    ],
    console_url: Some(CLIENTS_PAGE),
    tells_apart: "",
    sources: &[CONSENT_CODES, WEB_SERVER],
    candidates: &[],
};

pub(in super::super) const INVALID_SCOPE: Advice = Advice {
    title: "A scope does not exist, is misspelt, or may not be asked for together (invalid_scope)",
    means: "One of the scopes asked for is unknown to Google, or not for this kind of client",
    steps: &[
        "Compare each scope with Google's list; scopes are whole addresses, separated by blanks",
        "Authorise again",
    ],
    console_url: None,
    tells_apart: "",
    sources: &["https://developers.google.com/identity/protocols/oauth2/scopes", SERVICE_ACCOUNTS],
    candidates: &[],
};

pub(in super::super) const INVALID_AUDIENCE: Advice = Advice {
    title: "The audience of the ID token is not one that Google knows (invalid_audience)",
    means: "A token was asked for, or exchanged, for an audience that is no OAuth client or resource that Google accepts",
    steps: &["Compare the audience with the client ID, or the address of the service, that the token is meant for"],
    console_url: Some(CLIENTS_PAGE),
    tells_apart: "",
    sources: &[OAUTH],
    candidates: &[],
};

pub(in super::super) const REDIRECT_MISMATCH: Advice = Advice {
    title: "The address to return to is not registered with the client (redirect_uri_mismatch)",
    means: "The app asked Google to return to an address that the client does not list; scheme, host, port, path and final slash count",
    steps: &["Cloud console, Google Auth Platform > Clients: add the address exactly as the error's details show it"],
    console_url: Some(CLIENTS_PAGE),
    tells_apart: "",
    sources: &[WEB_SERVER],
    candidates: &[],
};

pub(in super::super) const EMBEDDED_BROWSER: Advice = Advice {
    title: "Google does not show its consent page inside another app (disallowed_useragent)",
    means: "The app opens the consent page in a window of its own, which Google refuses",
    steps: &["Open the address in an ordinary browser", "Tell the app's developer"],
    console_url: None,
    tells_apart: "",
    sources: &[WEB_SERVER, CONSENT_CODES],
    candidates: &[],
};

pub(in super::super) const INVALID_REQUEST: Advice = Advice {
    title: "Google cannot make sense of the app's request, or does not allow it (invalid_request)",
    means: "A parameter is missing or malformed, or the app uses a way of asking that Google has ended",
    steps: &["Read the details of the error page, or error_description", "Tell the app's developer"],
    console_url: None,
    tells_apart: "It happens while connecting, for every user",
    sources: &[CONSENT_CODES, WEB_SERVER],
    candidates: &[],
};
