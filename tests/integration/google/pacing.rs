//! A pace that is learnt from refusals, against a Google that keeps a quota.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt as _;
use gwsaudit::google::{ApiError, CustomerKey, ErrorKind, Limits, Pace, Pacing, Session, policies, scopes};
use serde_json::json;

use super::fake::{Fake, Reply, json_reply, quick};

fn learning() -> Limits {
    Limits { pacing: Pacing::Learnt, ..quick() }
}

async fn session(fake: &Fake, limits: Limits) -> Session {
    fake.google(limits).await.session("cloudidentity.policies", &scopes::POLICIES, Pace::Policies)
}

async fn list(session: &Session) -> Result<usize, ApiError> {
    policies::list(session, &CustomerKey::Mine).try_fold(0, |seen, page| async move { Ok(seen + page.len()) }).await
}

fn refusal(status: u16, retry_after: Option<&str>) -> Reply {
    let reason = json!({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "RATE_LIMIT_EXCEEDED"});
    let error = json!({"error": {"code": status, "message": "Quota exceeded for quota metric 'Read requests'",
        "status": "RESOURCE_EXHAUSTED", "details": [reason]}});
    let Reply::Answer(mut answer) = json_reply(status, &error) else { unreachable!() };
    if let Some(seconds) = retry_after {
        answer.headers_mut().insert("retry-after", seconds.parse().expect("a value"));
    }
    Reply::Answer(answer)
}

/// So many pages, of which one is given in a second; whoever comes sooner is refused.
async fn one_a_second(pages: usize) -> Fake {
    let given = Mutex::new((None::<Instant>, 0));
    Fake::new(move |_| {
        let now = Instant::now();
        let (last, count) = &mut *given.lock().expect("no panic while held");
        if last.is_some_and(|last| now - last < Duration::from_secs(1)) {
            // Both are what Google answers beyond a quota.
            return refusal(if *count % 2 == 0 { 403 } else { 429 }, None);
        }
        *last = Some(now);
        *count += 1;
        let next = (*count < pages).then(|| count.to_string());
        json_reply(200, &json!({"policies": [{}], "nextPageToken": next}))
    })
    .await
}

#[tokio::test]
async fn a_quota_is_kept_from_the_first_refusal_on() {
    let fake = one_a_second(5).await;
    let session = session(&fake, learning()).await;
    let started = Instant::now();
    assert_eq!(list(&session).await.expect("all pages"), 5);
    let took = started.elapsed();
    assert!(took < Duration::from_millis(4_600), "{took:?}");
    assert!(session.requests() <= 7, "{} requests for 5 pages", session.requests());
}

#[tokio::test]
async fn nothing_is_held_back_without_a_refusal() {
    let fake = Fake::new(|seen| {
        json_reply(200, &json!({"nextPageToken": (seen.index < 99).then_some(seen.index.to_string())}))
    })
    .await;
    let session = session(&fake, learning()).await;
    let started = Instant::now();
    list(&session).await.expect("all pages");
    assert_eq!(session.requests(), 100);
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

#[tokio::test]
async fn what_google_asks_for_is_waited_for() {
    let fake = Fake::new(|seen| match seen.index {
        0 => refusal(429, Some("2")),
        _ => json_reply(200, &json!({})),
    })
    .await;
    let mut limits = learning();
    limits.backoff.retry_after_cap = Duration::from_secs(30);
    let session = session(&fake, limits).await;
    let started = Instant::now();
    list(&session).await.expect("an answer");
    let took = started.elapsed();
    assert!(took >= Duration::from_secs(2) && took < Duration::from_millis(2_800), "{took:?}");
}

#[tokio::test]
async fn refusals_without_end_are_given_up_with_their_cause() {
    let fake = Fake::new(|_| refusal(429, None)).await;
    let session = session(&fake, Limits { patience: Duration::from_millis(2_500), ..learning() }).await;
    let started = Instant::now();
    let error = list(&session).await.expect_err("no answer ever");
    assert_eq!(*error.kind(), ErrorKind::PatienceExhausted);
    assert!(matches!(error.cause().map(ApiError::kind), Some(ErrorKind::Quota(_))), "{error}");
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
}

/// What one source is told holds for all that ask the same API.
#[tokio::test]
async fn a_refusal_under_googles_own_pace_holds_up_every_source_of_the_api() {
    let fake = Fake::new(|seen| match seen.index {
        0 => refusal(429, Some("1")),
        _ => json_reply(200, &json!({})),
    })
    .await;
    let mut limits = Limits { pacing: Pacing::Google, ..quick() };
    limits.backoff.retry_after_cap = Duration::from_secs(30);
    let google = fake.google(limits).await;
    let refused = google.session("cloudidentity.policies", &scopes::POLICIES, Pace::Policies);
    let other = google.session("another", &scopes::POLICIES, Pace::Policies);
    let elsewhere = google.session("directory.users", &scopes::POLICIES, Pace::Directory);
    let started = Instant::now();
    let after_it = async |session: &Session| {
        while fake.seen().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        list(session).await.expect("an answer");
        started.elapsed()
    };
    let (first, second, third) = tokio::join!(list(&refused), after_it(&other), after_it(&elsewhere));
    first.expect("an answer");
    assert!(second >= Duration::from_secs(1), "{second:?}");
    assert!(third < Duration::from_secs(1), "the other API has its own pace: {third:?}");
}

#[test]
fn only_this_machine_is_asked_without_a_pace() {
    let towards = |text: &str| Pacing::towards(Some(&text.parse().expect("an endpoint")));
    assert_eq!(Pacing::towards(None), Pacing::Google);
    assert_eq!(towards("https://google-mirror.example"), Pacing::Google);
    assert_eq!(towards("http://127.0.0.1:8080"), Pacing::Learnt);
}
