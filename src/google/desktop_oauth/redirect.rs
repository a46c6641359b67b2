//! The other end of the browser's redirect: a listener on this machine for one answer, or the address as it is pasted
//! from another machine's browser.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout, timeout_at};

use crate::domain::Secret;
use crate::google::error::presentable;

/// A listener on 127.0.0.1, at a port that the system chose.
#[derive(Debug)]
pub struct Redirect {
    listener: TcpListener,
    port: u16,
}

/// What the person, or Google, answered instead of a code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the authorisation was refused: {words}")]
pub struct Refusal {
    /// `error`, and its description where there is one; fit to be shown.
    pub words: String,
}

/// Why there is no code.
#[derive(Debug, Error)]
pub enum RedirectFault {
    /// The person, or Google, said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Nobody came.
    #[error("no answer came within {} s", .0.as_secs())]
    TimedOut(Duration),
}

/// Why an address is not the answer that is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Foreign {
    /// It is no answer to an authorisation at all.
    NoAnswer,
    /// It answers another question than the one that was asked.
    OtherState,
}

type Answer = Result<Secret, Refusal>;

/// Reads the query of a redirect. The state is looked at before anything else in it.
fn read(query: &str, state: &Secret) -> Result<Answer, Foreign> {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let one = |name: &str| {
        let mut found = pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value);
        // A value that is there twice is nobody's honest answer.
        found.next().filter(|value| !value.is_empty() && found.next().is_none())
    };
    let given = one("state").ok_or(Foreign::NoAnswer)?;
    if aws_lc_rs::constant_time::verify_slices_are_equal(given.as_bytes(), state.expose().as_bytes()).is_err() {
        return Err(Foreign::OtherState);
    }
    match (one("error"), one("code")) {
        (Some(error), _) => {
            let description = one("error_description").map(|words| format!(": {words}")).unwrap_or_default();
            Ok(Err(Refusal { words: presentable(&format!("{error}{description}"), 300) }))
        }
        (None, Some(code)) => Ok(Ok(Secret::new(code.clone()))),
        (None, None) => Err(Foreign::NoAnswer),
    }
}

/// Reads the address that the browser was sent to, as somebody pastes it.
fn read_pasted(text: &str, state: &Secret) -> Result<Answer, Foreign> {
    let text = text.trim();
    let query = text.split_once('?').map_or(text, |(_, query)| query);
    read(query.split('#').next().unwrap_or(query), state)
}

/// What a pasted address comes to: a code, words of refusal that are shown, or nothing.
#[cfg(any(test, fuzzing))]
pub(in crate::google) fn presented_address(text: &str, state: &Secret) -> Option<Result<Secret, String>> {
    read_pasted(text, state).ok().map(|answer| answer.map_err(|refusal| refusal.words))
}

impl Redirect {
    /// Opens a listener.
    ///
    /// # Errors
    /// Where the system has no port to give.
    pub async fn open() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, port })
    }

    /// Where the browser is to be sent.
    #[must_use]
    pub fn uri(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Waits for the one answer that repeats the state: at the listener, or among the lines of `pasted`. Whatever else
    /// comes is turned away and waited on; `strange` is told of lines that are no answer.
    ///
    /// # Errors
    /// [`RedirectFault`].
    pub async fn wait(
        self,
        state: &Secret,
        mut pasted: mpsc::UnboundedReceiver<String>,
        within: Duration,
        strange: impl Fn(&str),
    ) -> Result<Secret, RedirectFault> {
        let (tell, mut told) = mpsc::channel(1);
        let desk = Arc::new(Desk { state: state.clone(), host: format!("127.0.0.1:{}", self.port), tell });
        let router = Router::new().fallback(move |request: Request| {
            let desk = Arc::clone(&desk);
            async move { desk.receive(request.method(), request.uri(), request.headers()) }
        });
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(async move {
            let until = async { drop(stopped.await) };
            axum::serve(self.listener, router).with_graceful_shutdown(until).await
        });
        let end = Instant::now() + within;
        let mut open = true;
        let answer = loop {
            tokio::select! {
                answer = timeout_at(end, told.recv()) => break answer.ok().flatten(),
                line = pasted.recv(), if open => match line {
                    None => open = false,
                    Some(line) if line.trim().is_empty() => {}
                    Some(line) => match read_pasted(&line, state) {
                        Ok(answer) => break Some(answer),
                        Err(Foreign::NoAnswer) => strange("that is not the address that the browser was sent to; it starts with http://127.0.0.1 and holds state= and code="),
                        Err(Foreign::OtherState) => strange("that address answers an earlier question, not this one"),
                    },
                },
            }
        };
        // The page is still on its way to the browser; a connection that never asked anything is not waited for.
        drop(stop);
        let abort = serving.abort_handle();
        if timeout(Duration::from_millis(500), serving).await.is_err() {
            abort.abort();
        }
        answer.ok_or(RedirectFault::TimedOut(within))?.map_err(RedirectFault::from)
    }
}

/// Takes the answer and turns everybody else away.
struct Desk {
    state: Secret,
    host: String,
    tell: mpsc::Sender<Answer>,
}

impl Desk {
    fn receive(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Response {
        // A page of another site may send its visitors here under a name of its own.
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        if host != Some(self.host.as_str()) {
            return page(StatusCode::MISDIRECTED_REQUEST, "Nothing here", "This address is not for you.");
        }
        if uri.path() != "/" {
            return page(StatusCode::NOT_FOUND, "Nothing here", "gwsaudit waits for Google's answer at / alone.");
        }
        if *method != Method::GET {
            return page(StatusCode::METHOD_NOT_ALLOWED, "Nothing here", "gwsaudit waits for a redirect of Google's.");
        }
        match read(uri.query().unwrap_or_default(), &self.state) {
            Err(Foreign::NoAnswer) => {
                page(StatusCode::BAD_REQUEST, "Not yet", "gwsaudit waits for Google's answer. This is none.")
            }
            Err(Foreign::OtherState) => page(
                StatusCode::BAD_REQUEST,
                "Another question",
                "This answers another question than the one that gwsaudit asked. Open the address that the terminal shows now.",
            ),
            Ok(answer) => {
                let shown = match &answer {
                    Ok(_) => page(
                        StatusCode::OK,
                        "Received",
                        "gwsaudit has Google's answer. Close this window; the terminal says how it went on.",
                    ),
                    Err(_) => page(
                        StatusCode::OK,
                        "Refused",
                        "The authorisation was refused. Close this window; the terminal says why.",
                    ),
                };
                // Only the first counts: the same answer may come again, when the page is reloaded.
                drop(self.tell.try_send(answer));
                shown
            }
        }
    }
}

/// A page without anything of the request in it.
fn page(status: StatusCode, title: &'static str, text: &'static str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>gwsaudit: {title}</title><h1>{title}</h1><p>{text}</p></html>\n"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
        (header::CONNECTION, "close"),
    ];
    (status, headers, html).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_answer_to_this_question_counts() {
        let state = Secret::new("st/ate".to_owned());
        let code = |answer: Result<Answer, Foreign>| answer.expect("ours").expect("a code").expose().to_owned();
        assert_eq!(code(read("state=st%2Fate&code=4%2Fabc&scope=openid", &state)), "4/abc");
        assert_eq!(code(read_pasted(" http://127.0.0.1:7/?code=4/abc&state=st/ate#x \n", &state)), "4/abc");
        assert_eq!(code(read_pasted("code=4/abc&state=st/ate", &state)), "4/abc");
        let refused = read("state=st/ate&error=access_denied&error_description=no%1b", &state).expect("ours");
        assert_eq!(refused.expect_err("refused").words, "access_denied: no\u{fffd}");
        for (query, why) in [
            ("", Foreign::NoAnswer),
            ("code=4/abc", Foreign::NoAnswer),
            ("state=st/ate", Foreign::NoAnswer),
            ("state=&code=4/abc", Foreign::NoAnswer),
            ("state=st/ate&state=st/ate&code=x", Foreign::NoAnswer),
            ("state=st/ate&code=x&code=y", Foreign::NoAnswer),
            ("state=other&code=4/abc", Foreign::OtherState),
            ("state=other&error=access_denied", Foreign::OtherState),
        ] {
            assert_eq!(read(query, &state).err(), Some(why), "{query}");
        }
    }
}
