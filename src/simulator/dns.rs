//! A name server of our own, so that nothing that a test does is ever asked of the outside: `[[dns]]` over UDP on loopback.
//! Whatever the scenario does not name does not exist.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use hickory_proto::op::{Message, OpCode, ResponseCode};
use hickory_proto::rr::rdata::TXT;
use hickory_proto::rr::{RData, Record, RecordType};
use serde::Deserialize;
use tokio::net::UdpSocket;
use tokio::sync::watch;

use super::scenario::File;
use crate::domain::DomainName;

/// The texts of one name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DnsEntry {
    pub(super) name: DomainName,
    /// Without any the name exists and has none.
    #[serde(default)]
    pub(super) texts: Vec<String>,
    /// The server fails when it is asked for this name.
    #[serde(default)]
    pub(super) fail: bool,
}

/// The longest string of a record (RFC 1035, section 3.3); longer texts take several.
const STRING: usize = 255;
/// The largest question and answer over UDP.
const DATAGRAM: usize = 65_535;
/// Seconds that an answer may be kept.
const TIME_TO_LIVE: u32 = 60;

/// Serves the names of a file until told to stop; gives the address.
pub(super) async fn serve(file: &File, mut stopped: watch::Receiver<bool>) -> io::Result<SocketAddr> {
    let entries = file.dns.iter().map(|entry| entry.get_ref().clone());
    let zone: HashMap<String, DnsEntry> = entries.map(|entry| (entry.name.to_string(), entry)).collect();
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = socket.local_addr()?;
    tokio::spawn(async move {
        let mut buffer = vec![0; DATAGRAM];
        loop {
            let (length, peer) = tokio::select! {
                changed = stopped.changed() => match changed {
                    Ok(()) if !*stopped.borrow() => continue,
                    Ok(()) | Err(_) => return,
                },
                received = socket.recv_from(&mut buffer) => match received {
                    Ok(received) => received,
                    // A peer that went away is told of here on some systems.
                    Err(_) => continue,
                },
            };
            let answer = Message::from_vec(&buffer[..length]).ok().and_then(|question| answer(&zone, &question));
            if let Some(answer) = answer {
                // Whoever asked may be gone.
                drop(socket.send_to(&answer, peer).await);
            }
        }
    });
    Ok(address)
}

fn answer(zone: &HashMap<String, DnsEntry>, question: &Message) -> Option<Vec<u8>> {
    let query = question.queries.first()?;
    let mut answer = Message::response(question.metadata.id, OpCode::Query);
    answer.metadata.recursion_desired = question.metadata.recursion_desired;
    answer.metadata.recursion_available = true;
    answer.add_query(query.clone());
    let name = query.name().to_ascii().trim_end_matches('.').to_ascii_lowercase();
    answer.metadata.response_code = match zone.get(&name) {
        None => ResponseCode::NXDomain,
        Some(entry) if entry.fail => ResponseCode::ServFail,
        Some(entry) => {
            if query.query_type() == RecordType::TXT {
                answer.add_answers(entry.texts.iter().map(|text| {
                    let strings = text.as_bytes().chunks(STRING).collect();
                    Record::from_rdata(query.name().clone(), TIME_TO_LIVE, RData::TXT(TXT::from_bytes(strings)))
                }));
            }
            ResponseCode::NoError
        }
    };
    answer.to_vec().ok()
}
