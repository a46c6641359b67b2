//! `[dns]`

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use super::document::{Document, Parsed, Table};
use crate::domain::DkimSelector;

/// Whether and how the tenant's SPF, DKIM and DMARC records are looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsSettings {
    /// Whether they are looked up at all.
    pub enabled: bool,
    /// Whom to ask; none means the name servers of this machine.
    pub servers: Vec<SocketAddr>,
    /// DKIM selectors beside the usual ones. Nobody can list a domain's selectors: they must be known.
    pub dkim_selectors: Vec<DkimSelector>,
}

impl Default for DnsSettings {
    fn default() -> Self {
        Self { enabled: true, servers: Vec::new(), dkim_selectors: Vec::new() }
    }
}

/// A name server as people write it: an address, with a port where it is not the usual one.
struct Server(SocketAddr);

/// The port of the domain name system (RFC 1035, section 4.2).
const USUAL_PORT: u16 = 53;

impl FromStr for Server {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let alone = || text.parse::<IpAddr>().map(|address| SocketAddr::new(address, USUAL_PORT));
        text.parse().or_else(|_| alone()).map(Self).map_err(|_| {
            format!("{text:?} is not a name server; write its address, such as \"192.0.2.53\" or \"127.0.0.1:5353\"")
        })
    }
}

pub(super) fn read(document: &mut Document<'_>, top: &mut Table<'_>) -> DnsSettings {
    let mut settings = DnsSettings::default();
    let mut table = top.section(document, "dns");
    if let Some(enabled) = table.take(document, "enabled") {
        settings.enabled = enabled;
    }
    if let Some(servers) = table.take::<Vec<Parsed<Server>>>(document, "servers") {
        settings.servers = servers.into_iter().map(|server| server.0.0).collect();
    }
    if let Some(selectors) = table.take::<Vec<Parsed<DkimSelector>>>(document, "dkim_selectors") {
        settings.dkim_selectors = selectors.into_iter().map(|selector| selector.0).collect();
    }
    table.finish(document);
    settings
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::load;

    #[test]
    fn servers_have_a_port_of_their_own_or_the_usual_one() {
        let text = "[dns]\nservers = [\"127.0.0.1:5353\", \"2001:db8::53\"]\ndkim_selectors = [\"S2026\"]\n";
        let config = load(None, text, BTreeMap::new()).expect("sound");
        let servers: Vec<String> = config.dns.servers.iter().map(ToString::to_string).collect();
        assert_eq!(servers, ["127.0.0.1:5353", "[2001:db8::53]:53"]);
        assert_eq!(config.dns.dkim_selectors.iter().map(ToString::to_string).collect::<Vec<_>>(), ["s2026"]);
        assert!(config.dns.enabled);
        for bad in ["servers = [\"dns.example\"]", "dkim_selectors = [\"a b\"]", "enabled = \"maybe\"", "server = []"] {
            load(None, &format!("[dns]\n{bad}\n"), BTreeMap::new()).expect_err(bad);
        }
    }
}
