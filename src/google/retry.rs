//! What is tried again, when, and how often. Every call of every [`Session`](super::Session) goes through this policy.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use http::HeaderMap;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use serde_json::Value;
use tokio::time::Instant;
use tower::retry::Policy;

use super::call::Call;
use super::error::{ApiError, ErrorKind, Fault, Garbling, QuotaWindow};
use super::patience::{Expired, Patience};

/// How often a call is tried, and the pauses between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// Attempts in all, the first included.
    pub attempts: u32,
    /// The first pause is anything up to this, the next up to twice as much, and so on.
    pub base: Duration,
    /// No pause of our own choosing is longer.
    pub cap: Duration,
    /// `Retry-After` is obeyed up to this.
    pub retry_after_cap: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            attempts: 6,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(10),
            retry_after_cap: Duration::from_secs(30),
        }
    }
}

impl Backoff {
    /// Without pauses, whatever Google asks for: against a Google of our own.
    #[must_use]
    pub fn immediate() -> Self {
        Self { attempts: 6, base: Duration::ZERO, cap: Duration::ZERO, retry_after_cap: Duration::ZERO }
    }

    /// The pause after that many failed attempts: full jitter, so that what failed together does not return together
    /// (AWS Architecture Blog, "Exponential Backoff and Jitter"), on top of what Google asked for.
    ///
    /// Quotas fill by the minute, so that pauses for one start two doublings later (Google's advice for the Reports
    /// API: from 5 s, 5 to 7 tries).
    fn pause(&self, failed: u32, kind: &ErrorKind, retry_after: Option<Duration>, random: f64) -> Duration {
        let head_start = if matches!(kind, ErrorKind::Quota(_)) { 2 } else { 0 };
        let doublings = (failed.saturating_sub(1) + head_start).min(16);
        match retry_after {
            Some(asked) => asked.min(self.retry_after_cap) + self.base.mul_f64(random),
            None => self.base.saturating_mul(1 << doublings).min(self.cap).mul_f64(random),
        }
    }
}

/// What a failure calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It will be the same again.
    Final,
    /// It may pass.
    Again,
    /// A fresh token may do; once.
    FreshToken,
}

/// What a failure calls for.
pub(crate) fn verdict(kind: &ErrorKind) -> Verdict {
    match kind {
        ErrorKind::Unauthenticated => Verdict::FreshToken,
        ErrorKind::Quota(QuotaWindow::PerMinute)
        | ErrorKind::Unreachable
        | ErrorKind::ConnectionLost
        | ErrorKind::TimedOut
        | ErrorKind::Garbled(Garbling::NotJson)
        | ErrorKind::Server(500 | 502 | 503 | 504) => Verdict::Again,
        ErrorKind::Server(_)
        | ErrorKind::Quota(QuotaWindow::PerDay)
        | ErrorKind::ApiNotEnabled { .. }
        | ErrorKind::ScopeNotDelegated { .. }
        | ErrorKind::NotAdministrator
        | ErrorKind::UnknownSubject
        | ErrorKind::NoSuchCustomer
        | ErrorKind::NotFound
        | ErrorKind::CredentialsRefused
        | ErrorKind::Keyless(_)
        | ErrorKind::ClockSkew
        | ErrorKind::PatienceExhausted
        | ErrorKind::DeadlineReached
        | ErrorKind::Interrupted
        | ErrorKind::BodyTooLarge { .. }
        | ErrorKind::Garbled(Garbling::Shape)
        | ErrorKind::PageLoop
        | ErrorKind::Redirected
        | ErrorKind::Refused => Verdict::Final,
    }
}

/// `Retry-After` in seconds or as a date. A date is measured against the answer's own `Date`: the distance is what
/// the server means, and this machine's clock has no part in it.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let answered = read_date(headers.get(http::header::DATE)?.to_str().ok()?)?;
    Duration::try_from(read_date(text)?.duration_since(answered)).ok()
}

/// A time as HTTP writes it (RFC 9110, section 5.6.7, in the one form that servers still send).
pub(crate) fn read_date(text: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(text).ok()
}

/// The error for a source whose time is over.
pub(crate) fn given_up(call: &Call, patience: &Patience, expired: Expired) -> ApiError {
    match expired {
        Expired::Attempt => call.failed(ErrorKind::TimedOut),
        Expired::Patience => call
            .failed(ErrorKind::PatienceExhausted)
            .with_message(&format!("{} s without an answer", patience.budget().as_secs_f32())),
        Expired::Deadline => call.failed(ErrorKind::DeadlineReached),
        Expired::Interrupted => call.failed(ErrorKind::Interrupted),
    }
    .with_attempts(call.attempt)
}

/// The policy of one call.
#[derive(Clone)]
pub(crate) struct Persistence {
    backoff: Backoff,
    patience: Arc<Patience>,
    refreshed: bool,
    /// Refusals after which the pace decided how long to wait, and how long that was in all.
    paced: u32,
    waited: Duration,
    last: Option<ApiError>,
}

impl Persistence {
    pub(crate) fn new(backoff: Backoff, patience: Arc<Patience>) -> Self {
        Self { backoff, patience, refreshed: false, paced: 0, waited: Duration::ZERO, last: None }
    }
}

impl Persistence {
    /// Where a pace is being learnt, the next turn is when the API asks for it: waiting for that costs the source no
    /// patience, and no number of tries ends it. A single call that waits longer than the source's patience has none.
    fn paced(&mut self, call: &mut Call, fault: &mut Fault, pause: Duration) -> Option<BoxFuture<'static, ()>> {
        self.paced += 1;
        self.waited += pause;
        if self.waited > self.patience.budget() {
            let last = fault.error.clone();
            fault.error = given_up(call, &self.patience, Expired::Patience).with_cause(Some(last));
            return None;
        }
        self.last = Some(fault.error.clone());
        call.attempt += 1;
        Some(Box::pin(std::future::ready(())))
    }
}

impl Policy<Call, Value, Fault> for Persistence {
    type Future = BoxFuture<'static, ()>;

    fn retry(&mut self, call: &mut Call, result: &mut Result<Value, Fault>) -> Option<Self::Future> {
        let fault = result.as_mut().err()?;
        match verdict(fault.error.kind()) {
            Verdict::Final => {
                if matches!(
                    fault.error.kind(),
                    ErrorKind::PatienceExhausted | ErrorKind::DeadlineReached | ErrorKind::Interrupted
                ) {
                    fault.error = fault.error.clone().with_cause(self.last.take());
                }
                None
            }
            Verdict::FreshToken if self.refreshed || fault.token.is_none() => None,
            Verdict::FreshToken => {
                self.refreshed = true;
                call.rejected_token = fault.token;
                call.attempt += 1;
                Some(Box::pin(std::future::ready(())))
            }
            Verdict::Again => {
                if let Some(pause) = fault.paced {
                    return self.paced(call, fault, pause);
                }
                let failed = call.attempt - u32::from(self.refreshed) - self.paced;
                if failed >= self.backoff.attempts {
                    return None;
                }
                let pause = self.backoff.pause(failed, fault.error.kind(), fault.retry_after, fastrand::f64());
                if let Err(expired) = self.patience.afford_pause(Instant::now(), pause) {
                    let last = fault.error.clone();
                    fault.error = given_up(call, &self.patience, expired).with_cause(Some(last));
                    return None;
                }
                self.last = Some(fault.error.clone());
                call.attempt += 1;
                let patience = Arc::clone(&self.patience);
                Some(Box::pin(async move { patience.pause(pause).await }))
            }
        }
    }

    fn clone_request(&mut self, call: &Call) -> Option<Call> {
        Some(call.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| ((*name).parse().expect("a name"), (*value).parse().expect("a value")))
            .collect()
    }

    #[test]
    fn retry_after_in_both_spellings() {
        let date = ("date", "Mon, 23 Nov 2026 10:00:00 GMT");
        for (pairs, wanted) in [
            (&[("retry-after", "7")][..], Some(7)),
            (&[("retry-after", "0")], Some(0)),
            (&[("retry-after", "99999999999999999999999")], Some(u64::MAX)),
            (&[("retry-after", "Mon, 23 Nov 2026 10:00:09 GMT"), date], Some(9)),
            (&[("retry-after", "Mon, 23 Nov 2026 09:59:00 GMT"), date], None),
            (&[("retry-after", "Mon, 23 Nov 2026 10:00:09 GMT")], None),
            (&[("retry-after", "soon"), date], None),
            (&[date], None),
        ] {
            assert_eq!(retry_after(&headers(pairs)), wanted.map(Duration::from_secs), "{pairs:?}");
        }
    }

    #[test]
    fn pauses_grow_to_a_cap_and_obey_google_to_another() {
        let backoff = Backoff::default();
        let millis = |failed, asked: Option<u64>, random| {
            backoff.pause(failed, &ErrorKind::TimedOut, asked.map(Duration::from_secs), random).as_millis()
        };
        let longest: Vec<_> = (1..=7).map(|failed| millis(failed, None, 1.0)).collect();
        assert_eq!(longest, [500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
        assert_eq!(millis(5, None, 0.0), 0);
        let quota = ErrorKind::Quota(QuotaWindow::PerMinute);
        let longest: Vec<_> = (1..=5).map(|failed| backoff.pause(failed, &quota, None, 1.0).as_secs()).collect();
        assert_eq!(longest, [2, 4, 8, 10, 10]);
        assert_eq!(millis(1, Some(7), 0.0), 7000);
        assert_eq!(millis(1, Some(7), 1.0), 7500);
        assert_eq!(millis(1, Some(u64::MAX), 0.0), 30_000);
        assert_eq!(Backoff::immediate().pause(3, &quota, Some(Duration::from_secs(9)), 0.9), Duration::ZERO);
    }
}
