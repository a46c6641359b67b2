//! Whom the names are looked up with, and how long that may take.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ProtocolConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use tokio::time::{Instant, timeout};

use crate::domain::DomainName;
use crate::google::{Interrupt, Limits};
use crate::snapshot::{DnsAnswer, DnsStatus, DnsType};

use super::seconds;

/// Looks names up, and loses patience.
pub(super) struct Resolver {
    resolver: TokioResolver,
    /// The longest time without any answer, after which nobody is asked any more.
    patience: Duration,
    deadline: Option<Instant>,
    interrupt: Interrupt,
    attempt: Duration,
    last_answer: Mutex<Instant>,
}

impl Resolver {
    /// With those servers, or with those that this machine uses.
    pub(super) fn new(servers: &[SocketAddr], limits: &Limits) -> Result<Self, String> {
        let builder = if servers.is_empty() {
            TokioResolver::builder_tokio()
                .map_err(|error| format!("this machine's configuration of name servers cannot be read: {error}"))?
        } else {
            let servers = servers.iter().map(|server| {
                let connections = [ProtocolConfig::Udp, ProtocolConfig::Tcp].map(|protocol| {
                    let mut connection = ConnectionConfig::new(protocol);
                    connection.port = server.port();
                    connection
                });
                NameServerConfig::new(server.ip(), true, connections.into())
            });
            let config = ResolverConfig::from_name_servers(servers.collect());
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        };
        let mut builder = builder;
        let options = builder.options_mut();
        // Keys and policies are longer than the 512 bytes of old.
        options.edns0 = true;
        options.use_hosts_file = ResolveHosts::Never;
        options.try_tcp_on_error = true;
        let resolver = builder.build().map_err(|error| format!("no name server can be used: {error}"))?;
        Ok(Self {
            resolver,
            patience: limits.patience,
            deadline: limits.deadline,
            interrupt: limits.interrupt.clone(),
            attempt: limits.attempt,
            last_answer: Mutex::new(Instant::now()),
        })
    }

    /// The texts of a name.
    pub(super) async fn text(&self, name: DomainName) -> DnsAnswer {
        let outcome = self.look_up(&name).await;
        let (status, texts, error) = match outcome {
            Ok(texts) if texts.is_empty() => (DnsStatus::None, texts, None),
            Ok(texts) => (DnsStatus::Answer, texts, None),
            Err(why) => (DnsStatus::Failed, Vec::new(), Some(why)),
        };
        DnsAnswer { name, record_type: DnsType::Txt, status, texts, error }
    }

    /// No text at all is an answer; an error is none.
    async fn look_up(&self, name: &DomainName) -> Result<Vec<String>, String> {
        if self.interrupt.is_raised() {
            return Err("not asked, as the run was interrupted".to_owned());
        }
        let now = Instant::now();
        if self.deadline.is_some_and(|deadline| now >= deadline) {
            return Err("not asked, as the run's time was over".to_owned());
        }
        let silence = now - *self.last_answer.lock().unwrap_or_else(PoisonError::into_inner);
        if silence > self.patience {
            return Err(format!("not asked, as nothing was answered for {}", seconds(self.patience)));
        }
        let within = self.deadline.map_or(self.attempt, |deadline| self.attempt.min(deadline - now));
        // With the dot at its end a name is whole, and this machine's search list stays out of it.
        let whole = Name::from_ascii(format!("{name}.")).map_err(|_| "it is no name".to_owned())?;
        let outcome = tokio::select! {
            () = self.interrupt.raised() => return Err("interrupted before it was answered".to_owned()),
            outcome = timeout(within, self.resolver.lookup(whole, RecordType::TXT)) => outcome,
        };
        let outcome = match outcome {
            Err(_) => Err("no answer in time".to_owned()),
            Ok(Ok(found)) => Ok(texts(&found)),
            Ok(Err(error)) => meaning(&error),
        };
        if outcome.is_ok() {
            *self.last_answer.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        }
        outcome
    }
}

fn texts(found: &Lookup) -> Vec<String> {
    let mut texts: Vec<String> = found
        .answers()
        .iter()
        .filter_map(|record| {
            // Aliases on the way to the texts stand among the answers.
            let RData::TXT(text) = &record.data else { return None };
            Some(String::from_utf8_lossy(&text.txt_data.concat()).into_owned())
        })
        .collect();
    texts.sort();
    texts
}

/// Told without the server's address: that is the operator's network, not the tenant.
fn meaning(error: &NetError) -> Result<Vec<String>, String> {
    if let NetError::Dns(DnsError::NoRecordsFound(none)) = error {
        let code = none.response_code;
        let denies = matches!(code, ResponseCode::NXDomain | ResponseCode::NoError);
        return if denies { Ok(Vec::new()) } else { Err(format!("the server answered {code}")) };
    }
    Err(if let NetError::Dns(DnsError::ResponseCode(code)) = error {
        format!("the server answered {code}")
    } else if matches!(error, NetError::Timeout) {
        "no answer in time".to_owned()
    } else if matches!(error, NetError::NoConnections | NetError::Io(_)) {
        "no name server could be reached".to_owned()
    } else {
        "it could not be asked".to_owned()
    })
}
