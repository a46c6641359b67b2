//! Reports as goldens hold them: times as offsets from the audit, and nothing that differs from run to run.

use jiff::Timestamp;
use serde_json::Value;

/// Offsets are rounded to half hours: runs start seconds apart, and texts leave the seconds out.
const GRAIN: i64 = 30 * 60;
/// From how many seconds past a half hour on an offset is rounded up. No time of a built-in scenario is within a minute
/// and a half behind it; where a golden flickers after a scenario has changed, this is to be moved.
const UP_FROM: i64 = 1275;

/// A JSON report made comparable with those of other runs and other simulators.
pub(crate) fn json(mut report: Value) -> Value {
    let now = audited_at(&report);
    report["tool"]["version"] = "[version]".into();
    if let Some(inputs) = report.get_mut("inputs") {
        inputs["tool"]["version"] = "[version]".into();
        without_hashes(inputs);
    }
    visit(&mut report, &|text| steady(text, now));
    report
}

/// A human report of the same audit as a JSON report, which alone has the time to the second.
pub(crate) fn human(text: &str, report: &Value) -> String {
    steady(text, audited_at(report))
}

/// Hashes of files that differ from run to run, and from build to build.
fn without_hashes(value: &mut Value) {
    match value {
        Value::Object(fields) => fields.iter_mut().for_each(|(key, field)| {
            if let (Value::String(hash), "sha256" | "configuration") = (&mut *field, key.as_str()) {
                assert!(hash.parse::<gwsaudit::domain::Sha256>().is_ok(), "{key}: {hash}");
                *hash = "[sha256]".to_owned();
            }
            without_hashes(field);
        }),
        Value::Array(items) => items.iter_mut().for_each(without_hashes),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn audited_at(report: &Value) -> Timestamp {
    report["audited_at"].as_str().and_then(|at| at.parse().ok()).expect("audited_at")
}

fn visit(value: &mut Value, change: &impl Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = change(text),
        Value::Array(items) => items.iter_mut().for_each(|item| visit(item, change)),
        Value::Object(fields) => fields.values_mut().for_each(|field| visit(field, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn steady(text: &str, now: Timestamp) -> String {
    let mut out = String::new();
    let mut rest = 0;
    for (range, at) in times(text) {
        out.push_str(&text[rest..range.start]);
        out.push_str(&offset(at, now));
        rest = range.end;
    }
    out.push_str(&text[rest..]);
    without_qualifiers(&out)
}

/// `now`, `now-1d2h30m`, `now+30m`.
fn offset(at: Timestamp, now: Timestamp) -> String {
    let seconds = at.as_second() - now.as_second();
    let minutes = ((seconds - UP_FROM).div_euclid(GRAIN) + 1) * GRAIN / 60;
    let part = |count: i64, unit: &str| if count == 0 { String::new() } else { format!("{count}{unit}") };
    let length = minutes.abs();
    let length = part(length / 1440, "d") + &part(length / 60 % 24, "h") + &part(length % 60, "m");
    match minutes.signum() {
        0 => "now".to_owned(),
        1 => format!("now+{length}"),
        _ => format!("now-{length}"),
    }
}

/// Every time in a text, as RFC 3339 or as people read it (`2026-11-23 10:00 UTC`).
fn times(text: &str) -> Vec<(std::ops::Range<usize>, Timestamp)> {
    let mut found = Vec::new();
    let mut from = 0;
    while from < text.len() {
        match text.get(from..).and_then(time_at_start) {
            Some((length, at)) => {
                found.push((from..from + length, at));
                from += length;
            }
            None => from += 1,
        }
    }
    found
}

fn time_at_start(text: &str) -> Option<(usize, Timestamp)> {
    let date = text.get(..10)?;
    let is_date = date.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    if !is_date {
        return None;
    }
    let rest = &text[10..];
    if rest.starts_with('T') {
        let length = 10 + rest.find('Z')? + 1;
        return Some((length, text[..length].parse().ok()?));
    }
    // Lines are broken between date and time, too.
    let gap = rest.len() - rest.trim_start().len();
    let clock = rest.get(gap..gap + 5)?;
    let at = format!("{date}T{clock}:00Z").parse().ok()?;
    let end = 10 + gap + 5;
    let utc = " UTC";
    Some((if text[end..].starts_with(utc) { end + utc.len() } else { end }, at))
}

/// Google's ids of log events, which the simulator draws from the time.
fn without_qualifiers(text: &str) -> String {
    const NAME: &str = "uniqueQualifier=";
    let mut parts = text.split(NAME);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(NAME);
        out.push_str("[id]");
        out.push_str(part.trim_start_matches(|c: char| c == '-' || c.is_ascii_digit()));
    }
    out
}

#[test]
fn times_become_offsets() {
    let now = "2026-11-23T10:00:07Z".parse().expect("a time");
    for (text, expected) in [
        ("2026-11-23T10:00:07Z", "now"),
        ("by 2026-11-24 01:12 UTC: x", "by now+15h: x"),
        ("on 2026-11-23\n      09:30 UTC.", "on now-30m."),
        ("2026-11-21T07:50:00.123Z uniqueQualifier=-12]", "now-2d2h30m uniqueQualifier=[id]]"),
        ("SEC-1234567890-10 of 2027-03-31 or so", "SEC-1234567890-10 of 2027-03-31 or so"),
    ] {
        assert_eq!(steady(text, now), expected);
    }
}
