//! The conversation with the person at the browser.

use std::io::BufRead as _;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::cli::error::{CanaryFault, CliError};
use crate::cli::talk::Talk;
use crate::cli::tenant::now;
use crate::domain::{Email, Secret};
use crate::google::desktop_oauth::{
    AuthorizationRequest, DesktopClient, Granted, NotGranted, Redirect, Revocation, TokenEndpoint,
};

/// Whom to ask, and for how long.
pub(super) struct Question<'a> {
    pub(super) client: &'a DesktopClient,
    pub(super) user: Option<&'a Email>,
    pub(super) org_unit: &'a str,
    pub(super) within: Duration,
}

/// Prints the address, waits for the answer, and exchanges it.
pub(super) async fn ask(question: &Question<'_>, endpoint: &TokenEndpoint, talk: Talk) -> Result<Granted, CliError> {
    let redirect = Redirect::open().await.map_err(CanaryFault::NoListener)?;
    let request = AuthorizationRequest::new(question.client, endpoint.endpoint(), &redirect.uri(), question.user)
        .map_err(CanaryFault::NoRandomness)?;
    let who = match question.user {
        Some(user) => format!("as {user}"),
        None => format!("as the canary's user, an ordinary account of {}", question.org_unit),
    };
    // A session that the browser still holds began earlier, and would make the canary look younger than it is.
    talk.converse(&format!("Open this address in a private window and sign in {who}:\n\n{}\n", request.url()));
    talk.converse(
        "If that browser is on another machine, it ends at an address that starts with http://127.0.0.1 and does not \
         open: paste that address here. Waiting …",
    );
    let code = redirect
        .wait(request.state(), lines_of_standard_input(), question.within, |words| talk.converse(words))
        .await
        .map_err(CanaryFault::NotAnswered)?;
    match endpoint.exchange(question.client, &request, &code, now()).await {
        Ok(granted) => Ok(granted),
        Err(fault) => {
            if let NotGranted::Incomplete { refresh_token: Some(token), .. } = &fault {
                revoke(endpoint, token, talk).await;
            }
            Err(CanaryFault::NotGranted(fault).into())
        }
    }
}

/// Gives back what was granted and is not wanted.
pub(super) async fn revoke(endpoint: &TokenEndpoint, token: &Secret, talk: Talk) {
    match endpoint.revoke(token).await {
        Revocation::Revoked => talk.converse("What was granted has been revoked again; no token was kept."),
        Revocation::Gone => {}
        Revocation::Failed(words) => talk.warning(&format!(
            "what was granted could not be revoked ({words}); no token was kept, but its user should take the app's access \
             away at https://myaccount.google.com/connections"
        )),
    }
}

/// What is pasted. A thread of its own, which nobody waits for at the end: standard input cannot be told to stop.
fn lines_of_standard_input() -> mpsc::UnboundedReceiver<String> {
    let (tell, told) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if tell.send(line).is_err() {
                break;
            }
        }
    });
    told
}
