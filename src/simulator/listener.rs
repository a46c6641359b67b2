//! Connections that can be cut without an answer, and are counted.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Listens, and counts.
pub(super) struct Counting {
    pub(super) listener: TcpListener,
    pub(super) accepted: Arc<AtomicUsize>,
}

/// The other side of a connection.
#[derive(Debug, Clone)]
pub(super) struct Peer {
    address: SocketAddr,
    cut: Arc<Cut>,
}

impl Peer {
    /// Whether it is a process on this machine.
    pub(super) fn is_loopback(&self) -> bool {
        self.address.ip().to_canonical().is_loopback()
    }

    /// From now on nothing more is written to it; the connection ends in good order (FIN).
    pub(super) fn close(&self) {
        self.cut.0.store(Cut::CLOSED, Ordering::Relaxed);
    }

    /// The same, but the connection breaks (RST).
    pub(super) fn reset(&self) {
        self.cut.0.store(Cut::RESET, Ordering::Relaxed);
    }
}

/// Whether a connection is to end, and how.
#[derive(Debug, Default)]
struct Cut(AtomicU8);

impl Cut {
    const CLOSED: u8 = 1;
    const RESET: u8 = 2;
}

/// A connection.
pub(super) struct Connection {
    stream: TcpStream,
    cut: Arc<Cut>,
}

impl Listener for Counting {
    type Io = Connection;
    type Addr = Peer;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        self.accepted.fetch_add(1, Ordering::Relaxed);
        let cut = Arc::new(Cut::default());
        (Connection { stream, cut: Arc::clone(&cut) }, Peer { address, cut })
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(Peer { address: self.listener.local_addr()?, cut: Arc::default() })
    }
}

impl Connected<IncomingStream<'_, Counting>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Counting>) -> Self {
        stream.remote_addr().clone()
    }
}

impl Connection {
    fn sound(&self) -> io::Result<()> {
        match self.cut.0.load(Ordering::Relaxed) {
            Cut::CLOSED => Err(io::ErrorKind::ConnectionReset.into()),
            Cut::RESET => {
                // Whatever is not sent yet is dropped, and the other side is told so.
                self.stream.set_zero_linger()?;
                Err(io::ErrorKind::ConnectionReset.into())
            }
            _ => Ok(()),
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.sound()?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.sound()?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
