//! Lists that do not hold what they should, and pages that do not lead where they should.
//!
//! A page token of a fault's own names the page that it stands before (`ahead`), so that nothing need be remembered from
//! one request to the next, and a list whose fault has passed goes on where it should.

use axum::body::Bytes;
use axum::extract::Request;
use http::Uri;
use http::uri::PathAndQuery;
use serde_json::{Map, Value, json};

use super::plan::{Hit, Kind};

/// What a page token of ours begins with. No API's does: the dot is not in the alphabet of base64.
const LOOP: &str = "fault.loop.";
const EMPTY: &str = "fault.empty.";

/// Which page a request asks for, where its token was one of ours.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Turn {
    /// The simulator's own token of the page that follows; empty for the first.
    ahead: String,
    /// How many empty pages came before it.
    empties: usize,
    /// Whether a token came with the request at all.
    continued: bool,
}

/// The path and all parameters but the page token: the same for all pages of a list.
pub(super) fn list_of(uri: &Uri) -> String {
    let rest = parameters(uri).into_iter().filter(|(name, _)| name != "pageToken");
    format!("{}?{}", uri.path(), form_urlencoded::Serializer::new(String::new()).extend_pairs(rest).finish())
}

fn parameters(uri: &Uri) -> Vec<(String, String)> {
    form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect()
}

/// The request with the simulator's own page token in the place of one of ours.
pub(super) fn turned(mut request: Request) -> (Request, Turn) {
    let parameters = parameters(request.uri());
    let Some((_, token)) = parameters.iter().rev().find(|(name, token)| name == "pageToken" && !token.is_empty())
    else {
        return (request, Turn::default());
    };
    let empty = token.strip_prefix(EMPTY).and_then(|rest| rest.split_once('.'));
    let (ahead, empties) = match (token.strip_prefix(LOOP), empty) {
        (Some(ahead), _) => (ahead, 0),
        (None, Some((count, ahead))) => (ahead, count.parse().unwrap_or(0)),
        (None, None) => return (request, Turn { ahead: token.clone(), empties: 0, continued: true }),
    };
    let turn = Turn { ahead: ahead.to_owned(), empties, continued: true };
    let others = parameters.iter().filter(|(name, _)| name != "pageToken");
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(others);
    if !turn.ahead.is_empty() {
        query.append_pair("pageToken", &turn.ahead);
    }
    let target = format!("{}?{}", request.uri().path(), query.finish());
    if let Ok(target) = PathAndQuery::try_from(target) {
        *request.uri_mut() = Uri::from(target);
    }
    (request, turn)
}

/// The answer with its things as the fault will have them; what is no JSON object stays as it is.
pub(super) fn altered(hit: Option<&Hit>, list: &str, turn: &Turn, bytes: Bytes) -> Bytes {
    let Some(hit) = hit else { return bytes };
    let kind = &hit.fault().kind;
    let alter: &dyn Fn(&mut Map<String, Value>) = match kind {
        Kind::PageLoop => &|answer| {
            answer.insert("nextPageToken".to_owned(), format!("{LOOP}{}", turn.ahead).into());
        },
        Kind::EmptyPages { pages } => &|answer| {
            if pages.is_none_or(|pages| turn.empties < pages) {
                if let Some(things) = things(answer) {
                    things.clear();
                }
                let next = format!("{EMPTY}{}.{}", turn.empties + 1, turn.ahead);
                answer.insert("nextPageToken".to_owned(), next.into());
            }
        },
        Kind::Duplicates => &|answer| duplicate(hit, list, turn, answer),
        Kind::MissingFields { field: Some(field) } => &|answer| {
            each(answer, &mut |thing| {
                thing.remove(field);
            });
        },
        Kind::MissingFields { field: None } => &|answer| {
            last(answer, &mut |thing| thing.retain(|name, _| ["kind", "etag"].contains(&name.as_str())));
        },
        Kind::WrongTypes => &|answer| last(answer, &mut |thing| thing.iter_mut().for_each(mistype)),
        Kind::NumbersAsText => &|answer| answer.values_mut().for_each(numbers_as_text),
        Kind::Delay
        | Kind::Status { .. }
        | Kind::Stall
        | Kind::StallBody
        | Kind::Close
        | Kind::Reset
        | Kind::Truncate
        | Kind::HalfJson
        | Kind::Html
        | Kind::ContentType
        | Kind::GzipBomb
        | Kind::Oversize
        | Kind::InvalidUtf8
        | Kind::Redirect
        | Kind::ClockSkew => return bytes,
    };
    let Ok(Value::Object(mut answer)) = serde_json::from_slice(&bytes) else { return bytes };
    alter(&mut answer);
    Value::Object(answer).to_string().into()
}

/// The list that an answer is about.
fn things(answer: &mut Map<String, Value>) -> Option<&mut Vec<Value>> {
    answer.values_mut().find_map(Value::as_array_mut)
}

/// Every thing of the list; of an answer without one, the answer itself.
fn each(answer: &mut Map<String, Value>, change: &mut dyn FnMut(&mut Map<String, Value>)) {
    match things(answer) {
        Some(things) => things.iter_mut().filter_map(Value::as_object_mut).for_each(change),
        None => change(answer),
    }
}

/// The last thing of the list, or the answer itself.
fn last(answer: &mut Map<String, Value>, change: &mut dyn FnMut(&mut Map<String, Value>)) {
    match things(answer) {
        Some(things) => {
            things.last_mut().and_then(Value::as_object_mut).map(change);
        }
        None => change(answer),
    }
}

fn duplicate(hit: &Hit, list: &str, turn: &Turn, answer: &mut Map<String, Value>) {
    let alone = !turn.continued && !answer.contains_key("nextPageToken");
    let Some(things) = things(answer) else { return };
    let before = hit.turn_page(list, things);
    if alone {
        things.extend(things.last().cloned());
    } else if let Some(before) = before.filter(|_| turn.continued) {
        things.splice(..0, before);
    }
}

/// Something of another type in its place.
fn mistype((name, value): (&String, &mut Value)) {
    if ["kind", "etag"].contains(&name.as_str()) {
        return;
    }
    *value = match value {
        Value::Null | Value::Bool(_) => json!("perhaps"),
        Value::Number(_) => json!([]),
        Value::String(_) => json!({"unexpected": true}),
        Value::Array(_) => json!(7),
        Value::Object(_) => json!("none"),
    };
}

fn numbers_as_text(value: &mut Value) {
    match value {
        Value::Number(number) => *value = number.to_string().into(),
        Value::Array(values) => values.iter_mut().for_each(numbers_as_text),
        Value::Object(fields) => fields.values_mut().for_each(numbers_as_text),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}
