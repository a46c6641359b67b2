//! The faults, and the endpoints.

use gwsaudit::snapshot::SourceId;

/// Whether trying again helps once a fault has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cure {
    /// The same would come again, so that nobody tries: what happened once has happened.
    None,
    /// After it has hit so many requests.
    After(usize),
    /// The same, but the token endpoint refuses for good with such a status.
    AfterButOfTokens(usize),
}

/// Whether a fault takes time, so that those who wait for it must not wait long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    NoTime,
    Time,
}

/// Whether a fault that lasts does harm wherever it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Harms {
    Always,
    /// In some places it does not.
    Perhaps,
}

/// A fault.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fault {
    /// As the page calls it.
    pub(super) name: &'static str,
    /// The table in a plan, but for its place and numbers.
    pub(super) table: &'static str,
    pub(super) cure: Cure,
    pub(super) takes: Takes,
    pub(super) harms: Harms,
}

const fn fault(name: &'static str, table: &'static str, cure: Cure) -> Fault {
    Fault { name, table, cure, takes: Takes::NoTime, harms: Harms::Always }
}

const fn slow(name: &'static str, table: &'static str, cure: Cure) -> Fault {
    Fault { takes: Takes::Time, ..fault(name, table, cure) }
}

const fn mild(name: &'static str, table: &'static str) -> Fault {
    Fault { harms: Harms::Perhaps, ..fault(name, table, Cure::None) }
}

pub(super) const FAULTS: [Fault; 41] = [
    fault("302 to another host", "kind = 'redirect'", Cure::None),
    fault("401", "kind = 'status'\nstatus = 401", Cure::AfterButOfTokens(1)),
    fault("403 forbidden", "kind = 'status'\nstatus = 403", Cure::None),
    fault("403 notAuthorized", "kind = 'status'\nstatus = 403\nreason = 'notAuthorized'", Cure::None),
    fault("403 API switched off", "kind = 'status'\nstatus = 403\nreason = 'SERVICE_DISABLED'", Cure::None),
    fault(
        "403 userRateLimitExceeded",
        "kind = 'status'\nstatus = 403\nreason = 'userRateLimitExceeded'",
        Cure::AfterButOfTokens(2),
    ),
    fault(
        "403 rateLimitExceeded",
        "kind = 'status'\nstatus = 403\nreason = 'rateLimitExceeded'",
        Cure::AfterButOfTokens(2),
    ),
    fault("403 quotaExceeded", "kind = 'status'\nstatus = 403\nreason = 'quotaExceeded'", Cure::AfterButOfTokens(2)),
    fault("403 dailyLimitExceeded", "kind = 'status'\nstatus = 403\nreason = 'dailyLimitExceeded'", Cure::None),
    fault("404", "kind = 'status'\nstatus = 404", Cure::None),
    fault("409", "kind = 'status'\nstatus = 409", Cure::None),
    fault("412", "kind = 'status'\nstatus = 412", Cure::None),
    fault("429", "kind = 'status'\nstatus = 429", Cure::After(2)),
    fault("429 with Retry-After", "kind = 'status'\nstatus = 429\nretry_after = 7", Cure::After(2)),
    fault("500", "kind = 'status'\nstatus = 500", Cure::After(2)),
    fault("502", "kind = 'status'\nstatus = 502", Cure::After(2)),
    fault("503", "kind = 'status'\nstatus = 503", Cure::After(2)),
    fault("503 with Retry-After", "kind = 'status'\nstatus = 503\nretry_after = 7", Cure::After(2)),
    fault("504", "kind = 'status'\nstatus = 504", Cure::After(2)),
    fault("closed without an answer", "kind = 'close'", Cure::After(2)),
    fault("reset", "kind = 'reset'", Cure::After(2)),
    fault("closed in mid-answer", "kind = 'truncate'", Cure::After(2)),
    slow("stalled before the answer", "kind = 'stall'", Cure::After(1)),
    slow("stalled in mid-answer", "kind = 'stall_body'", Cure::After(1)),
    mild("slow", "kind = 'delay'\ndelay_ms = 30"),
    fault("JSON cut short, with 200", "kind = 'half_json'", Cure::After(2)),
    fault("HTML, with 200", "kind = 'html'", Cure::After(2)),
    mild("JSON said to be HTML", "kind = 'content_type'"),
    fault("invalid UTF-8", "kind = 'invalid_utf8'", Cure::After(2)),
    fault("gzip bomb", "kind = 'gzip_bomb'", Cure::None),
    fault("body beyond the bound", "kind = 'oversize'", Cure::None),
    mild("clock off by a day", "kind = 'clock_skew'"),
    fault("pages that lead in a circle", "kind = 'page_loop'", Cure::None),
    mild("two empty pages before each", "kind = 'empty_pages'\npages = 2"),
    fault("empty pages without end", "kind = 'empty_pages'", Cure::None),
    mild("things of the page before again", "kind = 'duplicates'"),
    fault("a thing without fields", "kind = 'missing_fields'", Cure::None),
    fault("fields of other types", "kind = 'wrong_types'", Cure::None),
    mild("numbers as text", "kind = 'numbers_as_text'"),
    fault("503 from the second request on", "kind = 'status'\nstatus = 503\nafter = 1", Cure::None),
    fault("403 from the second request on", "kind = 'status'\nstatus = 403\nafter = 1", Cure::None),
];

/// What access tokens come from.
pub(super) const TOKEN: &str = "token";

/// Everything that Google is asked for: a source that the program learns to read is in the matrix by itself.
pub(super) fn endpoints() -> Vec<&'static str> {
    let of_googles = |source: &SourceId| !matches!(source, SourceId::Canaries | SourceId::Dns);
    let sources = SourceId::ALL.into_iter().filter(of_googles).map(SourceId::as_str);
    std::iter::once(TOKEN).chain(sources).collect()
}

/// A plan of that one fault; `times` where it passes.
pub(super) fn plan(endpoint: &str, fault: &Fault, times: Option<usize>) -> String {
    let times = times.map(|times| format!("times = {times}\n")).unwrap_or_default();
    format!("[[fault]]\nendpoint = '{endpoint}'\n{times}{}\n", fault.table)
}

impl Fault {
    /// Which token, whose members and whose grants are asked for first, and are the only ones that come, differs from run to
    /// run: these are asked side by side.
    pub(super) fn is_at(&self, endpoint: &str) -> bool {
        let side_by_side = [TOKEN, "directory.members", "directory.tokens"].contains(&endpoint);
        !side_by_side || !self.spares_the_first()
    }

    /// Whether it needs a second request to hit.
    pub(super) fn spares_the_first(&self) -> bool {
        self.table.contains("\nafter = ")
    }

    /// How many requests it hits in a run that it leaves whole; `None` where it does not.
    pub(super) fn passes_after(&self, endpoint: &str) -> Option<usize> {
        match self.cure {
            Cure::None => None,
            Cure::AfterButOfTokens(_) if endpoint == TOKEN => None,
            Cure::After(times) | Cure::AfterButOfTokens(times) => Some(times),
        }
    }
}
