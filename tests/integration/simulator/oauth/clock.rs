//! The scenario's clock: its speed, and moving it on.

use std::time::Instant;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_moves_on_request_and_every_answer_tells_its_time() {
    let (running, caller) = start_still(CANARY).await;
    let date = |answer: &Answer| answer.headers[header::DATE].to_str().expect("text").to_owned();
    assert_eq!(date(&caller.get("/nothing", None).await), "Mon, 23 Nov 2026 10:00:00 GMT");
    for (by, now) in [("6h", "2026-11-23T16:00:00Z"), ("PT30M", "2026-11-23T16:30:00Z"), ("1d", "2026-11-24T16:30:00Z")]
    {
        let answer = caller.post(&format!("/simulator/advance?by={by}"), &[]).await;
        assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({"now": now})));
    }
    assert_eq!(date(&caller.post_token(&[]).await), "Tue, 24 Nov 2026 16:30:00 GMT");
    for bad in ["", "?by=", "?by=-6h", "?by=-PT6H", "?by=0h", "?by=soon", "?by=P1M", "?to=6h"] {
        let answer = caller.post(&format!("/simulator/advance{bad}"), &[]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{bad}");
    }
    assert_eq!(caller.get("/simulator/advance?by=6h", None).await.status, StatusCode::NOT_FOUND);
    assert_eq!(running.now().to_string(), "2026-11-24T16:30:00Z");
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_runs_at_its_speed() {
    for speed in [1_u16, 3600] {
        let scenario = Scenario::from_toml(CANARY).expect("a scenario");
        let options = SimulatorOptions { speed: Speed::from(speed), ..SimulatorOptions::default() };
        let running = Simulator::start(scenario, ([127, 0, 0, 1], 0).into(), options).await.expect("it starts");
        let caller = Caller::new(&running);
        let outer = Instant::now();
        let begun = running.now();
        let inner = Instant::now();
        caller.token_for_all().await;
        let least = inner.elapsed() * speed.into();
        let passed = running.now().duration_since(begun).unsigned_abs();
        let most = outer.elapsed() * speed.into();
        assert!(least <= passed && passed <= most, "{least:?} {passed:?} {most:?}");
        running.shutdown().await;
    }
}
