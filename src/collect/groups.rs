//! Groups: which there are, which of them bindings, policies, roles and sign-on name, and who is in these.

use std::collections::BTreeSet;

use futures_util::{StreamExt as _, stream};
use tokio::try_join;

use crate::google::directory::{self, GroupsOf, Member, Membership};
use crate::google::{ApiError, ErrorKind, Google, Pace, Raw, Session};
use crate::report::model::SourceStatus;
use crate::snapshot::{Line, RecordKind, SourceId, SourceRecord, WriteError};

use super::bindings;
use super::only_if;
use super::plan::{Plan, Purpose};
use super::source::{Finished, Observer, Reading};
use super::{licences, policies, roles, sign_on};

/// Groups whose members are asked for at once.
const CONCURRENCY: usize = 8;

/// A source that has been read, and the ids of the groups that it names.
pub(super) struct Naming {
    pub(super) finished: Finished,
    pub(super) groups: BTreeSet<String>,
}

/// Members, and the groups that Google said do not exist.
struct Members {
    finished: Finished,
    gone: BTreeSet<String>,
}

/// Reads all that names groups, side by side; then what depends on it: members, licences, and of which address a group is.
/// `customer` waits for the tenant's ID, and is only waited for where it decides.
pub(super) async fn collect(
    google: &Google,
    plan: &Plan,
    asked: &BTreeSet<SourceId>,
    customer: impl Future<Output = Option<String>> + Clone,
    observer: &dyn Observer,
) -> Result<Vec<Finished>, WriteError> {
    let wants = |source| asked.contains(&source);
    let (listed, bound, policies, held, sign_on) = try_join!(
        only_if(wants(SourceId::Groups), list(google, plan, observer)),
        only_if(wants(SourceId::AccessBindings), bindings::collect(google, plan, customer.clone(), observer)),
        only_if(wants(SourceId::Policies), policies::collect(google, plan, observer)),
        only_if(wants(SourceId::RoleAssignments), roles::assignments(google, plan, observer)),
        only_if(wants(SourceId::InboundSso), sign_on::collect(google, plan, observer)),
    )?;
    let mut finished = Vec::new();
    let mut wanted = BTreeSet::new();
    // Members draw on the patience of what they follow from, so that the chain ends as soon as a single source would.
    let mut before = None;
    if let Some(bound) = bound {
        finished.extend(bound.finished);
        wanted.extend(bound.groups);
        before = Some(bound.session);
    }
    for naming in [held, sign_on].into_iter().flatten() {
        finished.push(naming.finished);
        wanted.extend(naming.groups);
    }
    let mut products = None;
    let mut named_by_policy = false;
    if let Some(read) = policies {
        finished.push(read.finished);
        named_by_policy = !read.named.groups.is_empty();
        wanted.extend(read.named.groups);
        before = before.or_else(|| Some(read.session.clone()));
        products = Some((read.named.products, read.session));
    }
    let lists_late = listed.is_none() && named_by_policy;
    let mut all_listed = true;
    let mut list_of_groups = None;
    if let Some((record, listed)) = listed {
        all_listed = record.0.is_complete();
        finished.push(record);
        if plan.purpose == Purpose::Snapshot {
            wanted.extend(listed.ids.iter().cloned());
        }
        list_of_groups = Some(listed);
    }
    let licences = async {
        match products {
            Some((products, session)) if wants(SourceId::Licences) || !products.is_empty() => {
                licences::collect(&session, plan, products, customer, observer).await.map(Some)
            }
            Some(_) | None => Ok(None),
        }
    };
    let (members, late, licences) = try_join!(
        only_if(
            wants(SourceId::Members) || !wanted.is_empty(),
            members(google, before.as_ref(), wanted, all_listed, observer)
        ),
        only_if(lists_late, list(google, plan, observer)),
        licences,
    )?;
    finished.extend(licences);
    if let Some((record, listed)) = late {
        finished.push(record);
        list_of_groups = Some(listed);
    }
    if let Some(Members { finished: (mut record, spool), gone }) = members {
        if !gone.is_empty() {
            let listed = match list_of_groups {
                Some(listed) => listed,
                None => {
                    let (record, listed) = list(google, plan, observer).await?;
                    finished.push(record);
                    listed
                }
            };
            listed.must_lack(&gone, &mut record);
        }
        finished.push((record, spool));
    }
    Ok(finished)
}

/// Which groups there are.
struct ListOfGroups {
    ids: BTreeSet<String>,
    /// Whether these are all.
    whole: bool,
}

impl ListOfGroups {
    /// Policies outlive the groups that they name, and nobody is in such a group. That takes more than one word for it:
    /// "not found" for the members of a group that is there is no answer.
    fn must_lack(&self, gone: &BTreeSet<String>, members: &mut SourceRecord) {
        let there = gone.iter().filter(|group| self.ids.contains(*group)).count();
        let why = match (there, self.whole) {
            (0, true) => {
                let note = format!("groups that are named but do not exist any more: {}", gone.len());
                members.note = Some(match members.note.take() {
                    Some(before) => format!("{before}; {note}"),
                    None => note,
                });
                return;
            }
            (0, false) => format!(
                "the members of {} groups were not found, and whether these groups exist is not known",
                gone.len()
            ),
            (_, _) => format!("the members of {there} groups were not found, though these groups exist"),
        };
        if members.items == 0 && members.is_complete() {
            members.status = SourceStatus::Failed;
        }
        members.degrade(why);
        members.next_step = Some("Run it again; a list may have moved while it was read.".to_owned());
    }
}

async fn list(google: &Google, plan: &Plan, observer: &dyn Observer) -> Result<(Finished, ListOfGroups), WriteError> {
    let mut reading = Reading::begin(google, SourceId::Groups, Pace::Directory, observer)?;
    let mut ids = BTreeSet::new();
    let pages = directory::groups(&reading.session, GroupsOf::Customer(&plan.customer));
    let mut all_readable = true;
    let take = |raw: &Raw<directory::Group>| match raw.read() {
        Ok(group) => {
            ids.insert(group.id);
        }
        Err(_) => all_readable = false,
    };
    reading.keep_pages(pages, |raw| Line::new(RecordKind::Group, raw), take).await?;
    let whole = reading.record.is_complete() && all_readable;
    Ok((reading.finish(), ListOfGroups { ids, whole }))
}

/// What came of a group's members: those that were read, and why not all of them.
struct Asked {
    group: String,
    members: Vec<Raw<Member>>,
    error: Option<ApiError>,
}

async fn ask(session: Session, group: String) -> Asked {
    let mut pages = directory::members(&session, &group, Membership::Direct);
    let mut members = Vec::new();
    let mut error = None;
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => members.extend(page),
            Err(failed) => error = Some(failed),
        }
    }
    Asked { group, members, error }
}

/// Reads the direct members of these groups, and of the groups within them.
async fn members(
    google: &Google,
    before: Option<&Session>,
    groups: BTreeSet<String>,
    all_listed: bool,
    observer: &dyn Observer,
) -> Result<Members, WriteError> {
    let mut reading = match before {
        Some(before) => Reading::after(before, SourceId::Members, Pace::Directory, observer)?,
        None => Reading::begin(google, SourceId::Members, Pace::Directory, observer)?,
    };
    if !all_listed {
        if groups.is_empty() {
            reading.skip("the groups could not be listed, and nothing names one".to_owned());
            return Ok(Members { finished: reading.finish(), gone: BTreeSet::new() });
        }
        reading.add_note("the groups could not all be listed; asked for those that are known");
    }
    let mut known: BTreeSet<String> = groups.clone();
    let mut level: Vec<String> = groups.into_iter().collect();
    let mut gone = BTreeSet::new();
    while !level.is_empty() {
        let mut inner = BTreeSet::new();
        let session = reading.session.clone();
        // In the order of the groups, whichever answers first.
        let mut answers = stream::iter(level).map(|group| ask(session.clone(), group)).buffered(CONCURRENCY);
        while let Some(Asked { group, members, error }) = answers.next().await {
            for member in &members {
                let mut line = Line::new(RecordKind::Member, member)?;
                line.group = Some(group.clone());
                reading.keep_line(&line)?;
                let Ok(member) = member.read() else { continue };
                inner.extend(member.id.filter(|_| member.member_type.as_deref() == Some("GROUP")));
            }
            reading.advance();
            match error {
                None => {}
                Some(error) if *error.kind() == ErrorKind::NotFound && members.is_empty() => {
                    gone.insert(group);
                }
                Some(error) => {
                    reading.fail(&error);
                    return Ok(Members { finished: reading.finish(), gone });
                }
            }
        }
        drop(answers);
        level = inner.into_iter().filter(|group| known.insert(group.clone())).collect();
    }
    Ok(Members { finished: reading.finish(), gone })
}
