//! Trouble with the connection: before an answer, and in the midst of one.

use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::{StreamExt as _, stream};

use super::plan::{Hit, Kind};
use crate::simulator::listener::Peer;

/// How a body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::simulator) enum Ending {
    /// In order.
    Whole,
    /// In order, and it is packed already.
    Packed,
    /// After half of it the connection ends.
    Broken,
    /// After half of it nothing more comes.
    Silent,
    /// It never ends by itself within what anybody takes.
    Flood,
}

/// What a fault does instead of letting a request be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::simulator) enum Before {
    /// It lets it be answered, well or not.
    Answer,
    /// Nothing is ever answered.
    Stall,
    /// The connection has ended.
    Gone,
}

impl Hit {
    /// Waits as long as the fault asks for, then says what is to become of the request.
    pub(in crate::simulator) async fn before(&self, peer: Option<&Peer>) -> Before {
        if let Some(delay) = self.fault().delay {
            tokio::time::sleep(delay).await;
        }
        match self.fault().kind {
            Kind::Stall => Before::Stall,
            Kind::Close => {
                peer.inspect(|peer| peer.close());
                Before::Gone
            }
            Kind::Reset => {
                peer.inspect(|peer| peer.reset());
                Before::Gone
            }
            Kind::Delay
            | Kind::Status { .. }
            | Kind::StallBody
            | Kind::Truncate
            | Kind::HalfJson
            | Kind::Html
            | Kind::ContentType
            | Kind::GzipBomb
            | Kind::Oversize
            | Kind::InvalidUtf8
            | Kind::Redirect
            | Kind::ClockSkew
            | Kind::PageLoop
            | Kind::EmptyPages { .. }
            | Kind::Duplicates
            | Kind::MissingFields { .. }
            | Kind::WrongTypes
            | Kind::NumbersAsText => Before::Answer,
        }
    }
}

impl Ending {
    /// The body, sent as this ending will have it.
    pub(in crate::simulator) fn body(self, bytes: Bytes) -> Body {
        // Time for the first half to leave.
        const HEAD_START: Duration = Duration::from_millis(50);
        match self {
            Self::Whole | Self::Packed => Body::from(bytes),
            Self::Broken => {
                let half: Result<Bytes, io::Error> = Ok(bytes.slice(..bytes.len() / 2));
                let broken = async {
                    tokio::time::sleep(HEAD_START).await;
                    Err(io::ErrorKind::ConnectionReset.into())
                };
                Body::from_stream(stream::iter([half]).chain(stream::once(broken)))
            }
            Self::Silent => {
                let half: Result<Bytes, io::Error> = Ok(bytes.slice(..bytes.len() / 2));
                Body::from_stream(stream::iter([half]).chain(stream::pending()))
            }
            Self::Flood => {
                let blank: Result<Bytes, io::Error> = Ok(Bytes::from(vec![b' '; 1 << 20]));
                let blanks =
                    std::iter::repeat_with(move || blank.as_ref().map(Bytes::clone).map_err(|e| e.kind().into()));
                let first: Result<Bytes, io::Error> = Ok(bytes);
                Body::from_stream(stream::iter(std::iter::once(first).chain(blanks.take(super::answer::BEYOND_MIB))))
            }
        }
    }
}
