//! Paging: one opaque token after the other, bound to the query that it continues.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::errors::Refusal;
use super::gate::{Api, Call};
use super::ids;
use super::server::Shared;

/// How a list names its page size, and its bounds.
pub(super) struct Size {
    pub(super) parameter: &'static str,
    pub(super) default: usize,
    pub(super) maximum: usize,
    pub(super) beyond: Beyond,
}

/// What becomes of a page size above the maximum.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Beyond {
    Refused,
    Cut,
}

/// One page.
pub(super) struct Page<T = Value> {
    pub(super) items: Vec<T>,
    pub(super) next: Option<String>,
}

impl Page {
    /// The body of the older APIs: the same with a kind and an etag.
    pub(super) fn tagged_body(self, kind: &str, items: &str) -> Value {
        let etag = ids::etag(&Value::from(self.items.clone()));
        let mut body = self.body(items);
        body["kind"] = kind.into();
        body["etag"] = etag.into();
        body
    }

    /// The answer's body: the items under their name unless there are none, and the next token.
    pub(super) fn body(self, items: &str) -> Value {
        let mut body = Value::Object(serde_json::Map::new());
        if !self.items.is_empty() {
            body[items] = self.items.into();
        }
        if let Some(next) = self.next {
            body["nextPageToken"] = next.into();
        }
        body
    }
}

impl Size {
    fn of(&self, call: &Call, api: Api) -> Result<usize, Refusal> {
        let Some(text) = call.get(self.parameter) else { return Ok(self.default) };
        let refused = || Refusal::invalid(api, format!("Invalid value '{text}' for {}", self.parameter));
        let number: usize = text.parse().map_err(|_| refused())?;
        match number {
            // Newer APIs take zero for "as you like".
            0 if self.beyond == Beyond::Cut => Ok(self.default),
            0 => Err(refused()),
            _ if number <= self.maximum => Ok(number),
            _ if self.beyond == Beyond::Cut => Ok(self.maximum),
            _ => Err(refused()),
        }
    }
}

impl Shared {
    /// The page that a call asks for.
    pub(super) fn page<T: Clone>(&self, call: &Call, api: Api, size: &Size, all: &[&T]) -> Result<Page<T>, Refusal> {
        let size = size.of(call, api)?.min(self.file.service.page_size.unwrap_or(usize::MAX)).max(1);
        let bound = ids::hash(&[&call.fingerprint()]);
        let token = |offset: usize, stage: &str| URL_SAFE_NO_PAD.encode(format!("{offset}/{stage}/{bound:x}"));
        let (offset, stage) = match call.get("pageToken") {
            None => (0, "full".to_owned()),
            Some(text) => {
                let read = || {
                    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
                    let mut parts = text.split('/');
                    let offset: usize = parts.next()?.parse().ok()?;
                    let stage = parts.next()?.to_owned();
                    (parts.next()? == format!("{bound:x}") && offset <= all.len()).then_some((offset, stage))
                };
                read().ok_or_else(|| Refusal::invalid(api, "Invalid Input: pageToken"))?
            }
        };
        if stage == "empty" {
            return Ok(Page { items: Vec::new(), next: Some(token(offset, "full")) });
        }
        let total = all.len();
        let items: Vec<_> = all.iter().skip(offset).take(size).map(|item| (*item).clone()).collect();
        let reached = offset + items.len();
        let stage = if offset == 0 && self.file.service.empty_pages { "empty" } else { "full" };
        Ok(Page { items, next: (reached < total).then(|| token(reached, stage)) })
    }
}
