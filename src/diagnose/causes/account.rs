use super::{Advice, GAM, SERVICE_ACCOUNTS, USERS_PAGE};

pub(in super::super) const DELETED: Advice = Advice {
    title: "The account is deleted",
    means: "The user who authorised the connection has been deleted; the grant went with the account",
    steps: &[
        "Restore the user (possible for 20 days), if it was a mistake",
        "Otherwise authorise the connection with another account, best one that is kept for automation",
    ],
    console_url: Some(USERS_PAGE),
    tells_apart: "The error_description says so, and the user is missing in the directory",
    sources: &[GAM],
    candidates: &[],
};

pub(in super::super) const UNKNOWN: Advice = Advice {
    title: "Google knows no such account",
    means: "The account that the service account acts for, or the service account itself, does not exist: misspelt, renamed, or deleted long ago",
    steps: &[
        "Compare the address (the sub of the assertion) with the user's primary address in the Admin console",
        "Compare the service account's address with its key file and with the Cloud console",
    ],
    console_url: Some(USERS_PAGE),
    tells_apart: "It never worked, or the user was renamed or deleted",
    sources: &[SERVICE_ACCOUNTS, GAM],
    candidates: &[],
};

pub(in super::super) const RESTRICTED: Advice = Advice {
    title: "The account may not be used: suspended, or held back by Google",
    means: "Google answers that the account is restricted; suspension by an administrator is the usual reason",
    steps: &["See the user's state in the Admin console", "Reactivate the user, or use another account"],
    console_url: Some(USERS_PAGE),
    tells_apart: "The user cannot sign in anywhere, and the Admin console shows the account as suspended",
    sources: &[GAM],
    candidates: &[],
};

pub(in super::super) const ROBOT_DISABLED: Advice = Advice {
    title: "The service account is disabled",
    means: "The service account exists and is switched off, or its project is",
    steps: &[
        "Enable it in the Cloud console, under IAM & Admin > Service accounts, once you know who disabled it and why",
    ],
    console_url: Some("https://console.cloud.google.com/iam-admin/serviceaccounts"),
    tells_apart: "",
    sources: &["https://github.com/googleapis/google-api-ruby-client/issues/720"],
    candidates: &[],
};
