use super::{Advice, OAUTH, OKTA_ARTICLE, SESSION_CONTROL};
use crate::evidence::SESSION_CONTROL_URL;

const STEPS: &[&str] = &[
    "Authorise the connection again: it works until the session is over once more",
    "So that it stays: Admin console, Security > Access and data control > Google Cloud session control, for the user's org unit: tick Exempt trusted apps",
    "Then, under API controls > Manage third-party app access, make the app Trusted for that org unit as well; one without the other changes nothing",
    "Or leave out the Cloud scope: authorise with customised scopes, without cloud-platform, after revoking the old grant",
    "`gwsaudit audit` shows which of these is missing, and for whom else",
];
const MEANS: &str = "The tenant requires users to sign in again after some hours (Google Cloud session control). The grant carries a Google Cloud scope, so its refresh fails until the user does, and again after each session";
const SOURCES: &[&str] = &[OAUTH, SESSION_CONTROL, OKTA_ARTICLE];
const TELLS_APART: &str = "It comes back at the session's rhythm (1 to 24 hours, 16 by default), signing in again repairs it, and the token log shows no revocation";

pub(in super::super) const INVALID_RAPT: Advice = Advice {
    title: "The Cloud session is over: Google wants the user to sign in again (invalid_rapt)",
    means: MEANS,
    steps: STEPS,
    console_url: Some(SESSION_CONTROL_URL),
    tells_apart: TELLS_APART,
    sources: SOURCES,
    candidates: &[],
};

pub(in super::super) const RAPT_REQUIRED: Advice =
    Advice { title: "Google wants proof of a recent sign-in, and the client has none (rapt_required)", ..INVALID_RAPT };

pub(in super::super) const REAUTHENTICATION: Advice =
    Advice { title: "The Cloud session is over: Google wants the user to sign in again", ..INVALID_RAPT };
