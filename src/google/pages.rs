//! Lists that come in pages, as a stream that holds one page at a time.
//!
//! The stream ends after the last page, or with one error after the pages that were read: a list that was cut short
//! never looks like a whole one.
//!
//! Google may send one thing on two pages, where the list moves while it is read. The second is dropped if it is the same
//! in every field, as it says nothing that the first did not. Two versions of one thing are both kept: neither is known to
//! be the true one, what they agree on is, and telling that apart is for those who read them as evidence. So is a thing
//! without the field that identifies it, twice or not: each of them is one that cannot be read.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
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
    list: List,
    next: Next,
    seen: HashSet<String>,
    things: Seen,
    read: u32,
    empty: u32,
}

/// What a list is called in an answer, and which field identifies its things.
#[derive(Debug, Clone, Copy)]
pub(crate) struct List {
    pub(crate) items: &'static str,
    pub(crate) id: &'static str,
}

/// So many things are remembered at the least. A log may have more, but what comes twice comes on neighbouring pages.
const REMEMBERED: usize = 1 << 20;

/// The things of a list so far, each by a 128-bit hash under keys drawn for each list, so that two that differ are not
/// taken for one. With the table's empty places that is 40 bytes a thing at most: 40 MB for a million users, and never
/// more than twice that.
#[derive(Default)]
struct Seen {
    keys: [RandomState; 2],
    hashes: HashSet<[u64; 2]>,
    /// Those before.
    earlier: HashSet<[u64; 2]>,
}

impl Seen {
    /// Whether it is not exactly what has been there before.
    fn is_new(&mut self, thing: &Value, id: &str) -> bool {
        let identified = thing.get(id).is_some_and(|id| !id.is_null());
        if !identified {
            return true;
        }
        let hash = self.keys.each_ref().map(|keys| keys.hash_one(thing));
        if self.hashes.len() >= REMEMBERED {
            self.earlier = std::mem::take(&mut self.hashes);
        }
        !self.earlier.contains(&hash) && self.hashes.insert(hash)
    }
}

/// Walks all pages of a list.
pub(crate) fn pages<T: 'static>(session: &Session, call: Call, list: List) -> Pages<T> {
    let walk = Walk {
        session: session.clone(),
        next: Next::Page(call.clone()),
        first: call,
        list,
        seen: HashSet::new(),
        things: Seen::default(),
        read: 0,
        empty: 0,
    };
    Box::pin(stream::try_unfold(walk, Walk::step))
}

/// A list that Google documents as coming whole. Should it come in pages after all, they are all read.
pub(crate) async fn whole<T: 'static>(session: &Session, call: Call, list: List) -> Result<Vec<Raw<T>>, ApiError> {
    pages(session, call, list).try_concat().await
}

impl Walk {
    async fn step<T>(mut self) -> Result<Option<(Vec<Raw<T>>, Self)>, ApiError> {
        let call = match std::mem::replace(&mut self.next, Next::End) {
            Next::Page(call) => call,
            Next::Fail(error) => return Err(error),
            Next::End => return Ok(None),
        };
        let answer = self.session.get(call).await?;
        let (mut things, token) =
            open(answer, self.list.items).map_err(|what| self.failed(ErrorKind::Garbled(Garbling::Shape), &what))?;
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
        things.retain(|thing| self.things.is_new(thing, self.list.id));
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
