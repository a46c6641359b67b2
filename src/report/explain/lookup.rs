//! Where a piece of evidence can be seen again, in words and calls to copy.
//!
//! The calls are those that gwsaudit makes itself, narrowed down to the one record.

use jiff::SignedDuration;

use crate::google::reports::Application;
use crate::google::{Api, Call};
use crate::report::model::{Evidence, Subject};
use crate::snapshot::SourceId;

/// How to find the record again.
pub(super) struct Lookup {
    /// In words.
    pub(super) how: String,
    /// The call that returns it.
    pub(super) url: Option<String>,
}

/// The log keeps milliseconds; a second on either side surely holds the event.
const AROUND: SignedDuration = SignedDuration::from_secs(1);

/// `None` where the locator says it all.
pub(super) fn lookup(evidence: &Evidence, subject: &Subject) -> Option<Lookup> {
    // The operator's own files have file and line for a locator.
    match evidence.source.parse::<SourceId>().ok()? {
        SourceId::AdminLog => activity(evidence, Application::Admin, Some("Admin log events")),
        SourceId::TokenLog => activity(evidence, Application::Token, Some("OAuth log events")),
        SourceId::AccessEvaluationLog => activity(evidence, Application::AccessEvaluation, None),
        SourceId::Grants => Some(grant(evidence, subject)),
        SourceId::AccessBindings => binding(evidence),
        SourceId::Canaries
        | SourceId::InboundSso
        | SourceId::Policies
        | SourceId::Organizations
        | SourceId::Customer
        | SourceId::Domains
        | SourceId::Groups
        | SourceId::Members
        | SourceId::OrgUnits
        | SourceId::RoleAssignments
        | SourceId::Roles
        | SourceId::Users
        | SourceId::Dns
        | SourceId::Licences => None,
    }
}

fn activity(evidence: &Evidence, application: Application, page: Option<&str>) -> Option<Lookup> {
    let at = evidence.at?;
    let call = Call::new(
        Api::Reports,
        "reports.activities.list",
        "/admin/reports/v1/activity/users/all/applications/{applicationName}",
        &[application.as_str()],
    )
    .with_some("startTime", at.checked_sub(AROUND).ok().map(|from| from.to_string()))
    .with_some("endTime", at.checked_add(AROUND).ok().map(|to| to.to_string()));
    let console = page
        .map(|page| format!("in the Admin console under Reporting > Audit and investigation > {page}, at that time; "));
    Some(Lookup {
        how: format!(
            "{}by Reports API activities.list, the activity of that uniqueQualifier:",
            console.unwrap_or_default()
        ),
        url: Some(call.url(None)),
    })
}

/// The locator names user and client where the evidence is of one grant, the client where it is of any.
fn grant(evidence: &Evidence, subject: &Subject) -> Lookup {
    let (user, client) = match evidence.locator.rsplit_once(' ') {
        Some((user, client)) => (Some(user), client),
        None => (subject.user.as_ref().map(crate::domain::Email::as_str), &*evidence.locator),
    };
    let call = |user: &str| {
        let template = "/admin/directory/v1/users/{userKey}/tokens";
        Call::new(Api::Directory, "directory.tokens.list", template, &[user]).url(None)
    };
    match user {
        Some(user) => Lookup {
            how: format!("by Directory API tokens.list, the token whose clientId is {client}:"),
            url: Some(call(user)),
        },
        None => Lookup {
            how: "`gwsaudit apps discover` lists the client and how many users granted it".to_owned(),
            url: None,
        },
    }
}

fn binding(evidence: &Evidence) -> Option<Lookup> {
    let (organization, id) = evidence.locator.strip_prefix("organizations/")?.split_once("/gcpUserAccessBindings/")?;
    let call = Call::new(
        Api::AccessContext,
        "accesscontextmanager.organizations.gcpUserAccessBindings.get",
        "/v1/organizations/{organization}/gcpUserAccessBindings/{binding}",
        &[organization, id],
    );
    Some(Lookup {
        how: "by Access Context Manager API gcpUserAccessBindings.get:".to_owned(),
        url: Some(call.url(None)),
    })
}
