//! Lists that come in pages, as a stream that holds one page at a time.
//!
//! The stream ends after the last page, or with one error after the pages that were read: a list that was cut short
//! never looks like a whole one.

use std::collections::HashSet;
use std::pin::Pin;

use futures_util::stream::{self, Stream, TryStreamExt as _};
use serde_json::Value;

use super::call::Call;
use super::client::Session;
use super::error::{ApiError, ErrorKind, Garbling};
use super::raw::Raw;

/// Pages of things, each as Google sent it.
pub type Pages<T> = Pin<Box<dyn Stream<Item = Result<Vec<Raw<T>>, ApiError>> + Send>>;

/// Google may send empty pages with a next one; so many in a row are no list any more.
const EMPTY_PAGES: u32 = 1000;

enum Next {
    Page(Call),
    Fail(ApiError),
    End,
}

struct Walk {
    session: Session,
    first: Call,
    items: &'static str,
    next: Next,
    seen: HashSet<String>,
    read: u32,
    empty: u32,
}

/// Walks all pages of a list whose things stand under that key.
pub(crate) fn pages<T: 'static>(session: &Session, call: Call, items: &'static str) -> Pages<T> {
    let walk = Walk {
        session: session.clone(),
        next: Next::Page(call.clone()),
        first: call,
        items,
        seen: HashSet::new(),
        read: 0,
        empty: 0,
    };
    Box::pin(stream::try_unfold(walk, Walk::step))
}

/// A list that Google documents as coming whole. Should it come in pages after all, they are all read.
pub(crate) async fn whole<T: 'static>(
    session: &Session,
    call: Call,
    items: &'static str,
) -> Result<Vec<Raw<T>>, ApiError> {
    pages(session, call, items).try_concat().await
}

impl Walk {
    async fn step<T>(mut self) -> Result<Option<(Vec<Raw<T>>, Self)>, ApiError> {
        let call = match std::mem::replace(&mut self.next, Next::End) {
            Next::Page(call) => call,
            Next::Fail(error) => return Err(error),
            Next::End => return Ok(None),
        };
        let answer = self.session.get(call).await?;
        let (things, token) =
            open(answer, self.items).map_err(|what| self.failed(ErrorKind::Garbled(Garbling::Shape), &what))?;
        self.read += 1;
        self.empty = if things.is_empty() { self.empty + 1 } else { 0 };
        self.next =
            match token {
                None => Next::End,
                Some(_) if self.empty >= EMPTY_PAGES => {
                    Next::Fail(self.failed(ErrorKind::PageLoop, &format!("{EMPTY_PAGES} empty pages in a row")))
                }
                Some(token) => {
                    let call = self.first.page(&token, self.read + 1);
                    if self.seen.insert(token) {
                        Next::Page(call)
                    } else {
                        Next::Fail(self.failed(
                            ErrorKind::PageLoop,
                            &format!("page {} leads back to one that was read", self.read),
                        ))
                    }
                }
            };
        Ok(Some((things.into_iter().map(Raw::new).collect(), self)))
    }

    fn failed(&self, kind: ErrorKind, message: &str) -> ApiError {
        self.first.failed(kind).with_status(200).with_scope(self.session.scope()).with_message(message)
    }
}

/// The things of a page under their key, and what leads to the next; or what is wrong with its shape. Google leaves out
/// empty lists and empty tokens.
pub(super) fn open(answer: Value, items: &str) -> Result<(Vec<Value>, Option<String>), String> {
    let Value::Object(mut answer) = answer else {
        return Err("the answer is no object".to_owned());
    };
    let things = match answer.remove(items) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(things)) => things,
        Some(_) => return Err(format!("{items:?} is no list")),
    };
    let token = match answer.remove("nextPageToken") {
        None | Some(Value::Null) => None,
        Some(Value::String(token)) => Some(token).filter(|token| !token.is_empty()),
        Some(_) => return Err("\"nextPageToken\" is no text".to_owned()),
    };
    Ok((things, token))
}
