//! HTTP below the API: connections, TLS, and answers read within bounds.

use std::future::Future;
use std::io;
use std::io::Read as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use flate2::read::MultiGzDecoder;
use http::Uri;
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use hyper::rt;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower::Service;

use super::endpoint::{is_loopback, is_metadata_server};

/// Bodies are `String`, as yup-oauth2 posts one; ours are empty.
pub(crate) type HttpClient = Client<Connector, String>;

/// Builds a client.
pub(crate) fn client(connector: Connector) -> HttpClient {
    Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        // A dead connection would otherwise swallow every request sent over it, as HTTP/2 shares one.
        .http2_keep_alive_interval(Duration::from_secs(10))
        .http2_keep_alive_timeout(Duration::from_secs(5))
        .build(connector)
}

/// Opens connections: within a time, and never in the clear to another machine.
#[derive(Clone)]
pub(crate) struct Connector {
    route: Route,
    connect_timeout: Duration,
    connection_limit: Option<usize>,
    to_metadata_server: bool,
}

#[derive(Clone)]
enum Route {
    Plain(HttpConnector),
    Tls(HttpsConnector<HttpConnector>),
}

impl Connector {
    /// Without TLS it needs no certificates, so that a Google on this machine can be asked from anywhere.
    pub(crate) fn new(needs_tls: bool, connect_timeout: Duration) -> io::Result<Self> {
        let mut tcp = HttpConnector::new();
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        let route = if needs_tls {
            let tls = HttpsConnectorBuilder::new().with_native_roots()?.https_or_http().enable_http1().enable_http2();
            Route::Tls(tls.wrap_connector(tcp))
        } else {
            Route::Plain(tcp)
        };
        Ok(Self { route, connect_timeout, connection_limit: None, to_metadata_server: false })
    }

    /// With a bound on what is read from one connection, for bodies that somebody else reads without one.
    pub(crate) fn limited(&self, connection_limit: usize) -> Self {
        Self { connection_limit: Some(connection_limit), ..self.clone() }
    }

    /// The one that reaches the metadata server and this machine, and nothing else.
    pub(crate) fn to_metadata_server(connect_timeout: Duration) -> Self {
        let tcp = HttpConnector::new();
        Self { route: Route::Plain(tcp), connect_timeout, connection_limit: None, to_metadata_server: true }
    }
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;
type Connecting<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

impl Service<Uri> for Connector {
    type Response = Limited;
    type Error = BoxError;
    type Future = Connecting<Limited>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        match &mut self.route {
            Route::Plain(tcp) => tcp.poll_ready(cx).map_err(Into::into),
            Route::Tls(tls) => tls.poll_ready(cx),
        }
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        // Endpoint and token_uri are checked when they are read; this holds whatever else ever asks.
        let plain = uri.scheme_str() != Some("https");
        let metadata = self.to_metadata_server && is_metadata_server(&uri);
        if plain && !metadata && !uri.host().is_some_and(is_loopback) {
            return Box::pin(async { Err("plain http to another machine is refused".into()) });
        }
        let connecting: Connecting<Stream> = match &mut self.route {
            Route::Plain(_) if !plain => Box::pin(async { Err("this client was built without TLS".into()) }),
            Route::Plain(tcp) => {
                let stream = tcp.call(uri);
                Box::pin(async { Ok(MaybeHttpsStream::Http(stream.await?)) })
            }
            Route::Tls(tls) => tls.call(uri),
        };
        let (within, left) = (self.connect_timeout, self.connection_limit);
        Box::pin(async move {
            let stream = timeout(within, connecting).await.unwrap_or_else(|_| Err("no connection in time".into()))?;
            Ok(Limited { stream, left })
        })
    }
}

/// A connection that ends with an error when more than its limit was read from it.
pub(crate) struct Limited {
    stream: Stream,
    left: Option<usize>,
}

impl Connection for Limited {
    fn connected(&self) -> Connected {
        self.stream.connected()
    }
}

impl rt::Read for Limited {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buffer: rt::ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(left) = self.left else {
            return Pin::new(&mut self.stream).poll_read(cx, buffer);
        };
        // What goes through a cursor cannot be counted; a limited connection is worth a copy.
        let mut copy = [0; 4096];
        let size = buffer.remaining().min(copy.len());
        let mut read = rt::ReadBuf::new(&mut copy[..size]);
        ready!(Pin::new(&mut self.stream).poll_read(cx, read.unfilled()))?;
        let left = left.checked_sub(read.filled().len()).ok_or_else(|| io::Error::other("the answer is too large"))?;
        self.left = Some(left);
        buffer.put_slice(read.filled());
        Poll::Ready(Ok(()))
    }
}

impl rt::Write for Limited {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, data)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, data)
    }
}

/// What went wrong below HTTP, in words fit for an error: the innermost cause says it.
pub(crate) fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// Why a body could not be read.
#[derive(Debug)]
pub(crate) enum BodyFault {
    TooLarge,
    Stalled,
    Broken(String),
    /// Gzip that cannot be unpacked, or an encoding that was not asked for.
    Undecodable(String),
}

/// How an answer is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Identity,
    Gzip,
}

impl Encoding {
    pub(crate) fn of(headers: &http::HeaderMap) -> Result<Self, BodyFault> {
        let Some(value) = headers.get(http::header::CONTENT_ENCODING) else {
            return Ok(Self::Identity);
        };
        match value.to_str().unwrap_or("?").trim() {
            "" | "identity" => Ok(Self::Identity),
            coding if coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip") => Ok(Self::Gzip),
            other => Err(BodyFault::Undecodable(format!("content-encoding {other}"))),
        }
    }
}

/// Reads a body as it was sent, within a size, and with no silence longer than `idle`.
pub(crate) async fn read(mut body: Incoming, limit: usize, idle: Duration) -> Result<Bytes, BodyFault> {
    if body.size_hint().lower() > limit as u64 {
        return Err(BodyFault::TooLarge);
    }
    let mut read = BytesMut::new();
    loop {
        let frame = match timeout(idle, body.frame()).await {
            Err(_) => return Err(BodyFault::Stalled),
            Ok(None) => return Ok(read.freeze()),
            Ok(Some(Err(error))) => return Err(BodyFault::Broken(innermost(&error))),
            Ok(Some(Ok(frame))) => frame,
        };
        if let Some(data) = frame.data_ref() {
            if read.len() + data.len() > limit {
                return Err(BodyFault::TooLarge);
            }
            read.extend_from_slice(data);
        }
    }
}

/// Unpacks a body, within a size: a few kilobytes of gzip can hold gigabytes.
pub(crate) fn unpack(body: Bytes, encoding: Encoding, limit: usize) -> Result<Bytes, BodyFault> {
    match encoding {
        Encoding::Identity => Ok(body),
        Encoding::Gzip => {
            let mut unpacked = Vec::new();
            MultiGzDecoder::new(body.as_ref())
                .take(limit as u64 + 1)
                .read_to_end(&mut unpacked)
                .map_err(|error| BodyFault::Undecodable(format!("gzip: {error}")))?;
            if unpacked.len() > limit { Err(BodyFault::TooLarge) } else { Ok(unpacked.into()) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn packed(text: &[u8]) -> Bytes {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(text).expect("memory takes everything");
        gzip.finish().expect("memory takes everything").into()
    }

    #[test]
    fn unpacking_stops_at_the_bound() {
        let bomb = packed(&vec![b' '; 1 << 20]);
        assert!(bomb.len() < 2048);
        assert_eq!(unpack(bomb.clone(), Encoding::Gzip, 1 << 20).expect("just fits").len(), 1 << 20);
        assert!(matches!(unpack(bomb.clone(), Encoding::Gzip, (1 << 20) - 1), Err(BodyFault::TooLarge)));
        assert!(matches!(unpack(bomb.slice(..500), Encoding::Gzip, 1 << 20), Err(BodyFault::Undecodable(_))));
    }

    #[tokio::test]
    async fn plain_http_stays_on_this_machine() {
        for needs_tls in [false, true] {
            let Ok(connector) = Connector::new(needs_tls, Duration::from_secs(1)) else { continue };
            for url in ["http://192.0.2.1/", "http://169.254.169.254/"] {
                let error = client(connector.clone()).get(Uri::from_static(url)).await.expect_err("refused");
                assert!(innermost(&error).contains("plain http"), "{error:?}");
            }
        }
    }

    #[tokio::test]
    async fn the_metadata_servers_client_goes_nowhere_else() {
        let client = client(Connector::to_metadata_server(Duration::from_secs(1)));
        for url in
            ["http://192.0.2.1/", "http://169.254.169.254:8080/", "http://169.254.169.253/", "https://example.com/"]
        {
            let error = client.get(Uri::from_static(url)).await.expect_err("refused");
            let words = innermost(&error);
            assert!(words.contains("plain http") || words.contains("without TLS"), "{url}: {error:?}");
        }
    }
}
