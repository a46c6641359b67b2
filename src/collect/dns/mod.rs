//! What the domain name system says of the tenant's domains: SPF (RFC 7208), DKIM (RFC 6376) and DMARC (RFC 7489).
//!
//! Texts are fetched and kept as they are; what they mean is for later stages. A name that does not exist and a name that
//! nobody could tell of are never the same.

mod questions;
mod resolver;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use futures_util::{StreamExt as _, stream};
use jiff::SignedDuration;

use crate::domain::DomainName;
use crate::google::domains::Domain;
use crate::google::{Limits, Raw};
use crate::report::model::SourceStatus;
use crate::snapshot::{DnsAnswer, DnsStatus, Line, RecordKind, SourceId, SourceRecord, Spool, WriteError};

use super::plan::DnsPlan;
use super::source::{Finished, Observer};
use questions::{Redirects, questions};
use resolver::Resolver;

/// Questions under way at once.
const CONCURRENCY: usize = 16;
/// SPF redirects followed, one after the other. A receiver looks up ten names at most for a mail, all mechanisms included.
const REDIRECTS: usize = 5;

const WHAT_TO_DO: &str = "see whether this machine can look names up (`resolvectl query`, or [dns] servers), and run it \
                          again; [dns] enabled = false leaves these records out";

/// Asks about the domains that the tenant has verified. `domains` is `None` where they could not be listed.
pub(super) async fn collect(
    limits: &Limits,
    plan: &DnsPlan,
    domains: Option<&[Raw<Domain>]>,
    observer: &dyn Observer,
) -> Result<Finished, WriteError> {
    observer.begun(SourceId::Dns);
    let finished = ask(limits, plan, domains, observer).await?;
    observer.ended(&finished.0);
    Ok(finished)
}

async fn ask(
    limits: &Limits,
    plan: &DnsPlan,
    domains: Option<&[Raw<Domain>]>,
    observer: &dyn Observer,
) -> Result<Finished, WriteError> {
    let mut record = SourceRecord::new(SourceId::Dns, SourceStatus::Complete);
    let mut spool = Spool::new()?;
    let not_asked = |mut record: SourceRecord, why: &str| {
        record.status = SourceStatus::Skipped;
        record.note = Some(why.to_owned());
        record
    };
    let (servers, selectors) = match plan {
        DnsPlan::Off => return Ok((not_asked(record, "the configuration says so ([dns] enabled = false)"), spool)),
        DnsPlan::Ask { servers, selectors } => (servers, selectors),
    };
    let Some(domains) = domains else {
        let why = "the domains could not be listed, so whose records to look up is not known";
        return Ok((not_asked(record, why), spool));
    };
    let questions = questions(domains, selectors);
    for name in &questions.impossible {
        record.degrade(format!("{name:?} cannot be looked up: it is no domain name"));
    }
    let resolver = match Resolver::new(servers, limits) {
        Ok(resolver) => resolver,
        Err(why) => {
            record.status = SourceStatus::Failed;
            record.error = Some(why);
            record.next_step = Some(WHAT_TO_DO.to_owned());
            return Ok((record, spool));
        }
    };

    let mut answers: BTreeMap<DomainName, DnsAnswer> = BTreeMap::new();
    let mut redirects = Redirects::new(questions.senders);
    let mut ahead: Vec<DomainName> = questions.names.into_iter().collect();
    for followed in 0..=REDIRECTS {
        record.requests += ahead.len() as u64;
        let mut coming = stream::iter(ahead).map(|name| resolver.text(name)).buffered(CONCURRENCY);
        while let Some(answer) = coming.next().await {
            answers.insert(answer.name.clone(), answer);
            observer.advanced(SourceId::Dns, answers.len() as u64);
        }
        ahead = redirects.step(&answers);
        if ahead.is_empty() {
            break;
        }
        if followed == REDIRECTS {
            record.note = Some(format!("no more than {REDIRECTS} SPF redirects in a row were followed"));
        }
    }

    let mut failed = 0_usize;
    let mut why = None;
    for answer in answers.values() {
        spool.push(&Line::new(RecordKind::DnsAnswer, answer)?)?;
        if answer.status == DnsStatus::Failed {
            failed += 1;
            why = why.or_else(|| answer.error.clone().map(|error| format!("{}: {error}", answer.name)));
        }
    }
    record.items = spool.lines();
    if failed > 0 {
        record.degrade(format!(
            "{failed} of {} names could not be looked up ({})",
            answers.len(),
            why.unwrap_or_default()
        ));
        record.next_step = Some(WHAT_TO_DO.to_owned());
        if failed == answers.len() {
            record.status = SourceStatus::Failed;
        }
    }
    Ok((record, spool))
}

/// Whether names can be looked up, tried on one: `true` where it has texts.
///
/// # Errors
/// Why nobody answers, and what to do about it.
pub async fn try_resolver(limits: &Limits, servers: &[SocketAddr], name: DomainName) -> Result<bool, (String, String)> {
    let failed = |why: String| (why, WHAT_TO_DO.to_owned());
    let answer = Resolver::new(servers, limits).map_err(failed)?.text(name).await;
    match answer.status {
        DnsStatus::Answer => Ok(true),
        DnsStatus::None => Ok(false),
        DnsStatus::Failed => Err(failed(answer.error.unwrap_or_else(|| "it could not be asked".to_owned()))),
    }
}

/// A length of time in words, for errors.
fn seconds(length: std::time::Duration) -> String {
    SignedDuration::try_from(length)
        .map_or_else(|_| "a long time".to_owned(), |length| format!("{} s", length.as_secs()))
}
