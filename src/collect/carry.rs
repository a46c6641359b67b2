//! Log continuity: older events of an earlier snapshot, carried forward into a new collection.
//!
//! Google keeps its logs for 180 days. Where the window of an earlier snapshot overlaps the one that was read now,
//! nothing can have happened between the two unseen, and together they are one log without a gap; snapshot upon snapshot
//! it reaches back for years. Where they do not overlap, or one of them is not whole, nothing is carried: a gap must
//! never look like a window.
//!
//! Only logs are carried. Accounts, grants and settings are of their own time.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::hash::BuildHasher as _;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use thiserror::Error;

use crate::domain::humane_time;
use crate::google::CustomerKey;
use crate::google::directory::Customer;
use crate::google::reports::{Activity, ActivityId};
use crate::report::model::SourceStatus;
use crate::snapshot::{Line, ReadError, RecordKind, Snapshot, SourceId, SourceRecord, Spool, WriteError};

use super::run::Collected;

/// The logs that can be carried forward. Of access evaluations only each user's latest counts, so they need no past.
const LOGS: [SourceId; 2] = [SourceId::AdminLog, SourceId::TokenLog];

/// The log that a record is about, where it can be carried.
fn carried_log(record: &SourceRecord) -> Option<SourceId> {
    LOGS.into_iter().find(|log| log.as_str() == record.id)
}

/// Two windows of less overlap are not one log: Google delivers some events hours late, so the end of an earlier reading
/// is not sure until it has been read again.
const OVERLAP: SignedDuration = SignedDuration::from_hours(24);

/// An earlier snapshot cannot be stood on.
#[derive(Debug, Error)]
pub enum CarryError {
    /// It cannot be read, or is damaged.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// What was carried cannot be stored.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// It is of a time to come.
    #[error("{file} was collected {}, which is later than now ({}); check the clock", humane_time(*collected_at), humane_time(*now))]
    Later {
        /// Which file.
        file: String,
        /// Its own time.
        collected_at: Timestamp,
        /// The time by which that is too late.
        now: Timestamp,
    },
    /// It is of another tenant.
    #[error("{file} is a snapshot of the customer {theirs}, not of {ours}")]
    OtherCustomer {
        /// Which file.
        file: String,
        /// Whose it is.
        theirs: String,
        /// Who is being read.
        ours: String,
    },
    /// Somebody wrote to it in the meantime.
    #[error("{file} was changed while it was read; run it again")]
    Changed {
        /// Which file.
        file: String,
    },
}

/// Why a log is not carried forward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// The earlier snapshot does not hold the log.
    Absent,
    /// The earlier snapshot does not hold all of it.
    EarlierIncomplete(String),
    /// It could not be read in full now.
    NowIncomplete(String),
    /// One of the two does not say whose it is.
    CustomerUnknown,
    /// The windows do not overlap enough.
    Apart {
        /// Where the earlier one ends.
        earlier_to: Timestamp,
        /// Where the new one begins.
        from: Timestamp,
    },
}

impl Broken {
    /// Whether another reading may still carry forward what the earlier snapshot holds.
    #[must_use]
    pub fn may_heal(&self) -> bool {
        match self {
            Self::NowIncomplete(_) | Self::CustomerUnknown => true,
            Self::Absent | Self::EarlierIncomplete(_) | Self::Apart { .. } => false,
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("it does not hold this log"),
            Self::EarlierIncomplete(why) => write!(f, "it does not hold this log in full ({why})"),
            Self::NowIncomplete(why) => write!(f, "this time {why}"),
            Self::CustomerUnknown => f.write_str("whether it is of the same customer cannot be told"),
            Self::Apart { earlier_to, from } => write!(
                f,
                "its log ends {}, the log at hand begins {}; they would have to overlap by {} hours, as Google delivers \
                 some events late",
                humane_time(*earlier_to),
                humane_time(*from),
                OVERLAP.as_hours()
            ),
        }
    }
}

/// What became of one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continuity {
    /// The log.
    pub log: SourceId,
    /// What was carried, or why nothing was.
    pub outcome: Result<Carried, Broken>,
}

/// What was carried of one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// Activities older than the new window.
    pub older: u64,
    /// Activities within the new window that Google did not return again.
    pub dropped: u64,
    /// Where the new window began by itself.
    pub before: Timestamp,
}

/// A stretch of time.
#[derive(Debug, Clone, Copy)]
struct Window {
    from: Timestamp,
    to: Timestamp,
}

impl Window {
    fn of(record: &SourceRecord) -> Option<Self> {
        let (from, to) = (record.window_from?, record.window_to?);
        (from < to).then_some(Self { from, to })
    }

    fn overlap(self, other: Self) -> SignedDuration {
        self.to.min(other.to).duration_since(self.from.max(other.from))
    }
}

/// What one reading of an earlier snapshot shows of its logs.
#[derive(Debug, Default, PartialEq, Eq)]
struct Survey {
    customers: BTreeSet<String>,
    logs: BTreeMap<SourceId, LogSurvey>,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct LogSurvey {
    /// How reading it went; several where the snapshot contradicts itself.
    records: Vec<SourceRecord>,
    lines: u64,
    unreadable: u64,
    latest: Option<Timestamp>,
}

impl Survey {
    /// Takes a line in; returns the activity that it holds.
    fn take(&mut self, line: &Line) -> Option<(SourceId, ActivityId)> {
        match line.kind() {
            RecordKind::Source => {
                let record: SourceRecord = line.read().ok()?;
                let log = carried_log(&record)?;
                let records = &mut self.logs.entry(log).or_default().records;
                if !records.contains(&record) {
                    records.push(record);
                }
                None
            }
            RecordKind::Customer => {
                self.customers.extend(line.read().ok().map(|customer: Customer| customer.id));
                None
            }
            kind @ RecordKind::Activity(_) => {
                let log = kind.source()?;
                let seen = self.logs.entry(log).or_default();
                seen.lines += 1;
                let Ok(Activity { id, .. }) = line.read() else {
                    seen.unreadable += 1;
                    return None;
                };
                seen.latest = seen.latest.max(Some(id.time));
                Some((log, id))
            }
            RecordKind::End
            | RecordKind::Canary
            | RecordKind::OrgUnit
            | RecordKind::User
            | RecordKind::Grant
            | RecordKind::Group
            | RecordKind::Member
            | RecordKind::Policy
            | RecordKind::License
            | RecordKind::Role
            | RecordKind::RoleAssignment
            | RecordKind::Domain
            | RecordKind::SsoAssignment
            | RecordKind::DnsAnswer
            | RecordKind::Organization
            | RecordKind::AccessBinding
            | RecordKind::Unknown => None,
        }
    }
}

impl LogSurvey {
    /// The window that the log is whole in, by the same standard as when a snapshot is judged.
    fn window(&self, collected_at: Timestamp) -> Result<Window, Broken> {
        let incomplete = |why: String| Err(Broken::EarlierIncomplete(why));
        let record = match self.records.as_slice() {
            [] => return Err(Broken::Absent),
            [record] => record,
            [..] => return incomplete("it says two different things about how this source went".to_owned()),
        };
        match record.status {
            SourceStatus::Complete => {}
            SourceStatus::Partial => return incomplete("it was read in part".to_owned()),
            SourceStatus::Denied => return incomplete("it was denied".to_owned()),
            SourceStatus::Failed => return incomplete("it could not be read".to_owned()),
            SourceStatus::Skipped => return incomplete("it was not asked".to_owned()),
        }
        if self.lines != record.items {
            return incomplete(format!("{} of its {} records are there", self.lines, record.items));
        }
        if self.unreadable > 0 {
            return incomplete(format!("{} of its records are not of the documented shape", self.unreadable));
        }
        match Window::of(record) {
            // Nobody reads what is yet to happen.
            Some(Window { from, to }) => Ok(Window { from, to: to.min(collected_at) }),
            None => incomplete("from when to when it goes is not said".to_owned()),
        }
    }
}

/// An earlier snapshot, to stand on: read through once, and found whole.
#[derive(Debug)]
pub struct Earlier {
    snapshot: Snapshot,
    file: String,
    survey: Survey,
}

impl Earlier {
    /// Reads through a snapshot that was collected before `now`.
    ///
    /// # Errors
    /// [`CarryError`] where it is damaged or later than `now`.
    pub fn open(path: &Path, now: Timestamp) -> Result<Self, CarryError> {
        let snapshot = Snapshot::open(path)?;
        let file = path.display().to_string();
        let collected_at = snapshot.header().collected_at;
        if collected_at > now {
            return Err(CarryError::Later { file, collected_at, now });
        }
        let mut survey = Survey::default();
        snapshot.for_each(|line| drop(survey.take(line)))?;
        Ok(Self { snapshot, file, survey })
    }

    /// Whose it is: the tenant's own record tells, else the customer ID that was asked for. `my_customer` is anybody.
    fn customer(&self) -> Option<String> {
        let mut recorded = self.survey.customers.iter();
        match (recorded.next(), recorded.next()) {
            (Some(only), None) => Some(only.clone()),
            (Some(_), Some(_)) => None,
            (None, _) => {
                let asked: CustomerKey = self.snapshot.header().customer.parse().ok()?;
                asked.id().map(str::to_owned)
            }
        }
    }

    /// Makes sure that it is not of another customer than this one.
    ///
    /// # Errors
    /// [`CarryError::OtherCustomer`] where both are known, and differ.
    pub fn must_be_of(&self, customer: Option<&str>) -> Result<(), CarryError> {
        match (self.customer(), customer) {
            (Some(theirs), Some(ours)) if theirs != ours => {
                Err(CarryError::OtherCustomer { file: self.file.clone(), theirs, ours: ours.to_owned() })
            }
            (_, _) => Ok(()),
        }
    }
}

/// A log that is being carried forward.
struct Splice<'c> {
    record: &'c mut SourceRecord,
    spool: &'c mut Spool,
    from: Timestamp,
    /// What the new reading holds of the time that the earlier one covers.
    known: HashSet<u64>,
    carried: Carried,
}

/// Tells activities of one log from each other. Hashed, as there may be millions; by a key that nobody can foresee.
struct Identities(RandomState);

impl Identities {
    fn of(&self, id: &ActivityId) -> u64 {
        self.0.hash_one((id.time, &id.unique_qualifier))
    }

    /// Those of a new reading, up to the latest that an earlier one may hold too.
    fn held(&self, spool: &mut Spool, latest: Option<Timestamp>) -> Result<Result<HashSet<u64>, Broken>, WriteError> {
        let mut known = HashSet::new();
        let mut unreadable = false;
        spool.for_each(|line| match line.read() {
            Ok(Activity { id, .. }) => {
                if Some(id.time) <= latest {
                    known.insert(self.of(&id));
                }
            }
            Err(_) => unreadable = true,
        })?;
        let broken = || Broken::NowIncomplete("some records of the log are not of the documented shape".to_owned());
        Ok(if unreadable { Err(broken()) } else { Ok(known) })
    }
}

impl Collected {
    /// Carries each log of an earlier snapshot forward, where with it the log has no gap; elsewhere the log stays as it
    /// was read, and its note says why.
    ///
    /// # Errors
    /// [`CarryError`] where the snapshot is of another customer or cannot be read again, or temporary storage fails.
    /// What was collected is of no use then.
    pub fn carry_forward(&mut self, earlier: &Earlier) -> Result<(), CarryError> {
        earlier.must_be_of(self.customer.as_deref())?;
        let same_customer = self.customer.is_some() && earlier.customer() == self.customer;
        let collected_at = earlier.snapshot.header().collected_at;
        let identities = Identities(RandomState::new());
        let mut splices = BTreeMap::new();
        for (record, spool) in self.sources.iter_mut().zip(&mut self.spools) {
            let Some(log) = carried_log(record) else { continue };
            let window = window_with(earlier.survey.logs.get(&log), collected_at, record);
            let window =
                window.and_then(|window| if same_customer { Ok(window) } else { Err(Broken::CustomerUnknown) });
            let opened = match window {
                Ok(window) => {
                    let latest = earlier.survey.logs.get(&log).and_then(|seen| seen.latest);
                    identities.held(spool, latest)?.map(|known| (window, known))
                }
                Err(broken) => Err(broken),
            };
            match opened {
                Ok((Joined { from, before }, known)) => {
                    let carried = Carried { older: 0, dropped: 0, before };
                    splices.insert(log, Splice { record, spool, from, known, carried });
                }
                Err(broken) => {
                    note(record, format!("nothing was carried forward from {}: {broken}", dated(collected_at)));
                    self.continuity.push(Continuity { log, outcome: Err(broken) });
                }
            }
        }
        if splices.is_empty() {
            return Ok(());
        }
        earlier.pour(&identities, &mut splices)?;
        for (log, Splice { record, spool, from, carried, .. }) in splices {
            record.window_from = Some(from);
            record.items = spool.lines();
            note(record, carried.told(collected_at));
            self.continuity.push(Continuity { log, outcome: Ok(carried) });
        }
        self.continuity.sort_by_key(|continuity| continuity.log);
        Ok(())
    }

    /// What became of each log that was to be carried forward, sorted by log. Empty where nothing was to be.
    #[must_use]
    pub fn continuity(&self) -> &[Continuity] {
        &self.continuity
    }
}

impl Earlier {
    /// Appends to each log what the new reading of it lacks.
    fn pour(&self, identities: &Identities, splices: &mut BTreeMap<SourceId, Splice<'_>>) -> Result<(), CarryError> {
        let mut again = Survey::default();
        let mut failed = None;
        self.snapshot.for_each(|line| {
            let Some((log, id)) = again.take(line) else { return };
            let Some(splice) = splices.get_mut(&log) else { return };
            if failed.is_some() || splice.known.contains(&identities.of(&id)) {
                return;
            }
            let count =
                if id.time < splice.carried.before { &mut splice.carried.older } else { &mut splice.carried.dropped };
            *count += 1;
            failed = splice.spool.push(line).err();
        })?;
        if let Some(error) = failed {
            return Err(error.into());
        }
        // The decisions rest on the first reading, the events come from the second.
        if again == self.survey { Ok(()) } else { Err(CarryError::Changed { file: self.file.clone() }) }
    }
}

/// Two windows that are one.
struct Joined {
    from: Timestamp,
    /// Where the newer one begins.
    before: Timestamp,
}

fn window_with(earlier: Option<&LogSurvey>, collected_at: Timestamp, record: &SourceRecord) -> Result<Joined, Broken> {
    let earlier = earlier.ok_or(Broken::Absent)?.window(collected_at)?;
    let incomplete = || Broken::NowIncomplete("the log was not read in full".to_owned());
    let window = Window::of(record).filter(|_| record.is_complete()).ok_or_else(incomplete)?;
    if earlier.overlap(window) < OVERLAP {
        return Err(Broken::Apart { earlier_to: earlier.to, from: window.from });
    }
    Ok(Joined { from: earlier.from.min(window.from), before: window.from })
}

impl Carried {
    fn told(&self, collected_at: Timestamp) -> String {
        let counted = |n: u64| match n {
            0 => "no activity".to_owned(),
            1 => "1 activity".to_owned(),
            n => format!("{n} activities"),
        };
        let (older, before) = (counted(self.older), humane_time(self.before));
        let mut told = format!("{older} from before {before} carried forward from {}", dated(collected_at));
        if self.dropped > 0 {
            told.push_str(&format!(", and {} from later on that Google did not return again", counted(self.dropped)));
        }
        told
    }
}

fn dated(collected_at: Timestamp) -> String {
    format!("the snapshot of {}", humane_time(collected_at))
}

fn note(record: &mut SourceRecord, what: String) {
    record.note = Some(match record.note.take() {
        Some(before) => format!("{before}; {what}"),
        None => what,
    });
}
