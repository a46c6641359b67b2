//! Answers that are wrong as a whole, whatever they say.

use std::io::Write as _;
use std::sync::LazyLock;

use axum::body::Bytes;
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderValue, header};

use super::Served;
use super::connection::Ending;
use super::plan::Kind;

/// More than gwsaudit takes of one answer (64 MiB), in MiB.
pub(super) const BEYOND_MIB: usize = 65;

/// What a sign-in page in the way of an API looks like.
const PAGE: &str =
    "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in to this network.</body></html>\n";

/// Spaces without end, in some ten kilobytes: the same packed stretch again and again, which gzip allows.
static BOMB: LazyLock<Bytes> = LazyLock::new(|| {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    let stretch = gzip.write_all(&vec![b' '; 1 << 20]).and_then(|()| gzip.finish()).expect("memory takes everything");
    stretch.repeat(BEYOND_MIB).into()
});

/// The answer as its fault will have it.
pub(super) fn altered(kind: &Kind, response: Response<Bytes>) -> Served {
    let (mut parts, mut bytes) = response.into_parts();
    let html = HeaderValue::from_static("text/html; charset=UTF-8");
    let mut ending = Ending::Whole;
    match kind {
        Kind::StallBody => ending = Ending::Silent,
        Kind::Truncate => ending = Ending::Broken,
        Kind::HalfJson => bytes = bytes.slice(..bytes.len() / 2),
        Kind::Html => {
            parts.headers.insert(header::CONTENT_TYPE, html);
            bytes = Bytes::from_static(PAGE.as_bytes());
        }
        Kind::ContentType => {
            parts.headers.insert(header::CONTENT_TYPE, html);
        }
        Kind::GzipBomb => {
            parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            bytes = BOMB.clone();
            ending = Ending::Packed;
        }
        Kind::Oversize => ending = Ending::Flood,
        Kind::InvalidUtf8 => bytes = not_utf8(&bytes),
        Kind::Delay
        | Kind::Status { .. }
        | Kind::Stall
        | Kind::Close
        | Kind::Reset
        | Kind::Redirect
        | Kind::ClockSkew
        | Kind::PageLoop
        | Kind::EmptyPages { .. }
        | Kind::Duplicates
        | Kind::MissingFields { .. }
        | Kind::WrongTypes
        | Kind::NumbersAsText => {}
    }
    Served { response: Response::from_parts(parts, bytes.into()), ending }
}

/// With a byte that no UTF-8 has in the first text of the JSON, after its name.
fn not_utf8(bytes: &[u8]) -> Bytes {
    let place = bytes.windows(2).position(|pair| pair == b":\"").map_or(bytes.len(), |at| at + 2);
    [&bytes[..place], b"\xff", &bytes[place..]].concat().into()
}
