use super::super::cause::Cause;
use super::{APP_ACCESS, AUDIENCE_PAGE, Advice, CONSENT_CODES, GAM, WEB_SERVER};
use crate::evidence::APP_ACCESS_URL;

const MANAGE: &str = "Admin console, Security > Access and data control > API controls > Manage third-party app access: find the app by its client ID";

pub(in super::super) const ADMIN_POLICY: Advice = Advice {
    title: "The tenant's app access control refuses the app (admin_policy_enforced)",
    means: "An administrator's policy keeps this user from granting what the app asks for: a service is Restricted and the app not Trusted, or its access is too low for a scope it asks for",
    steps: &[MANAGE, "Give it Trusted (or the data that it needs) for the user's org unit", "Authorise again"],
    console_url: Some(APP_ACCESS_URL),
    tells_apart: "It happens on the consent page, for every user of the org unit",
    sources: &[CONSENT_CODES, APP_ACCESS],
    candidates: &[],
};

pub(in super::super) const APP_NOT_CONFIGURED: Advice = Advice {
    title: "Nobody has configured the app, and unconfigured apps are not let in (access_not_configured)",
    means: "The tenant lets users use only apps that an administrator has configured, and this one is not among them",
    steps: &[
        MANAGE,
        "Configure it for the user's org unit, or look at what users may do with unconfigured apps",
        "Authorise again",
    ],
    console_url: Some(APP_ACCESS_URL),
    tells_apart: "It happens on the consent page; accessNotConfigured in one word, from an API, is something else: an API that is off",
    sources: &[CONSENT_CODES, APP_ACCESS],
    candidates: &[],
};

pub(in super::super) const APP_BLOCKED: Advice = Advice {
    title: "The app is blocked, by an administrator or by Google itself",
    means: "Either the app's access is Blocked for this user, or Google blocks it because it asks for sensitive data without having been verified",
    steps: &[
        MANAGE,
        "If it is Blocked there, ask who blocked it and why before changing it",
        "If it is not, the app's developer has to have it verified",
    ],
    console_url: Some(APP_ACCESS_URL),
    tells_apart: "A block by an administrator is in the token log as deny with EXPLICIT_ADMIN_BLOCK; a block by Google meets users of other tenants too",
    sources: &[APP_ACCESS, CONSENT_CODES],
    candidates: &[],
};

pub(in super::super) const ORG_INTERNAL: Advice = Advice {
    title: "The app is for its own organisation's users alone (org_internal)",
    means: "The consent screen of the client's project is Internal, and the user belongs to another organisation",
    steps: &[
        "Sign in with an account of the organisation that owns the client; mind which account the browser has chosen",
        "Or let the owner make the app External, under Google Auth Platform > Audience",
    ],
    console_url: Some(AUDIENCE_PAGE),
    tells_apart: "",
    sources: &[CONSENT_CODES, WEB_SERVER],
    candidates: &[],
};

pub(in super::super) const NOT_VERIFIED: Advice = Advice {
    title: "The app is in Testing or not verified, and this user is no tester",
    means: "Google lets only listed test users through until the app is published or verified",
    steps: &[
        "Add the user as a test user, or publish the app, under Google Auth Platform > Audience",
        "If the client is not yours, tell its developer",
    ],
    console_url: Some(AUDIENCE_PAGE),
    tells_apart: "The page names the verification process or developer-approved testers",
    sources: &[CONSENT_CODES, WEB_SERVER],
    candidates: &[],
};

pub(in super::super) const USER_REFUSED: Advice = Advice {
    title: "The user said no on the consent page",
    means: "The user cancelled, or left a box unticked that the app insists on",
    steps: &["Authorise again, and agree"],
    console_url: None,
    tells_apart: "The user remembers; it happens once, and without an error page of Google's",
    sources: &[WEB_SERVER],
    candidates: &[],
};

pub(in super::super) const CONTEXT_AWARE: Advice = Advice {
    title: "Context-Aware Access refuses the request",
    means: "An access level of the tenant does not let this user, device or address through to the service",
    steps: &[
        "Admin console, Security > Access and data control > Context-Aware Access: see which level is assigned to the service",
        "See the context-aware access log for what was not met",
    ],
    console_url: Some("https://admin.google.com/ac/security/context-aware"),
    tells_apart: "The token log has deny with CAA_FOR_OIDC_BLOCK, the context-aware access log an event at the same time",
    sources: &["https://support.google.com/a/answer/9275380"],
    candidates: &[],
};

pub(in super::super) const ACCESS_DENIED: Advice = Advice {
    title: "Access was denied, and the text does not say by whom (access_denied)",
    means: "The user refused, or Google did: the bare word access_denied covers all of that",
    steps: &[
        "Try to authorise again in a browser, and read the whole page, with its details",
        "Compare the candidates below",
    ],
    console_url: None,
    tells_apart: "The page's own words do",
    sources: &[WEB_SERVER, CONSENT_CODES, GAM],
    candidates: &[
        Cause::UserRefused,
        Cause::NotVerified,
        Cause::AppBlocked,
        Cause::AccountRestricted,
        Cause::ContextAware,
    ],
};
