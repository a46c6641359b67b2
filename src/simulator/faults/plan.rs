//! Which requests trouble hits.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::endpoint::Endpoint;

/// Trouble with some requests. The first fault that hits a request has its way.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "FaultText")]
pub(in crate::simulator) struct Fault {
    place: Place,
    after: usize,
    times: Option<usize>,
    /// Before anything else happens.
    pub(super) delay: Option<Duration>,
    pub(super) kind: Kind,
    text: FaultText,
}

/// Where it hits.
#[derive(Debug, Clone)]
enum Place {
    Endpoint(Endpoint),
    /// How the path starts.
    Path(String),
}

impl Place {
    fn is(&self, path: &str) -> bool {
        match self {
            Self::Endpoint(endpoint) => endpoint.is(path),
            Self::Path(start) => path.starts_with(start),
        }
    }
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing but the delay.
    Delay,
    /// A refusal.
    Status { status: u16, reason: Option<String>, retry_after: Option<u32> },
    /// Never answers.
    Stall,
    /// The head and half of the body, then silence.
    StallBody,
    /// Ends the connection in good order, without a byte of an answer.
    Close,
    /// Breaks the connection (RST), without a byte of an answer.
    Reset,
    /// Half of the body that was announced, then the end of the connection.
    Truncate,
    /// Half of the JSON as if it were all of it.
    HalfJson,
    /// A page for people.
    Html,
    /// The right body, said to be HTML.
    ContentType,
    /// A body that unpacks to more than anybody wants.
    GzipBomb,
    /// A body that is as long without being packed.
    Oversize,
    /// A byte in a text that no UTF-8 has.
    InvalidUtf8,
    /// Sends the caller to another host.
    Redirect,
    /// The answer's `Date` is a day ahead; the token endpoint finds assertions out of date.
    ClockSkew,
    /// Every page names the same next one.
    PageLoop,
    /// So many empty pages before each page that has something; without a number it never comes.
    EmptyPages { pages: Option<usize> },
    /// Each page begins with what the page before held; where there is one page only it repeats its last thing.
    Duplicates,
    /// One field is missing in every thing; without a name all fields of the last one.
    MissingFields { field: Option<String> },
    /// The last thing's fields are of other types.
    WrongTypes,
    /// Every number is a text.
    NumbersAsText,
}

/// Kinds with their names in a plan, and the keys that go with each.
macro_rules! kinds {
    ($($kind:ident: $keys:literal,)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
        #[serde(rename_all = "snake_case")]
        enum KindText {
            $($kind,)*
        }

        const KINDS: &[(KindText, &str)] = &[$((KindText::$kind, $keys),)*];
    };
}

kinds! {
    Delay: "",
    Status: "status, reason, retry_after",
    Stall: "",
    StallBody: "",
    Close: "",
    Reset: "",
    Truncate: "",
    HalfJson: "",
    Html: "",
    ContentType: "",
    GzipBomb: "",
    Oversize: "",
    InvalidUtf8: "",
    Redirect: "",
    ClockSkew: "",
    PageLoop: "",
    EmptyPages: "pages",
    Duplicates: "",
    MissingFields: "field",
    WrongTypes: "",
    NumbersAsText: "",
}

/// The kinds of faults as a plan names them, each with the keys that are its own: `empty_pages (pages)`.
#[must_use]
pub fn kinds() -> Vec<String> {
    let named = |(kind, keys): &(KindText, &str)| {
        let name =
            serde_json::to_value(kind).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
        if keys.is_empty() { name } else { format!("{name} ({keys})") }
    };
    KINDS.iter().map(named).collect()
}

/// A fault as it is written.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FaultText {
    /// A name such as `directory.users`; either this or `path`.
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// So many matching requests pass unharmed first.
    #[serde(default)]
    after: usize,
    /// So many are harmed then; all unless said.
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<usize>,
    kind: KindText,
    #[serde(skip_serializing_if = "Option::is_none")]
    delay_ms: Option<u32>,
    /// 503 unless said.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// Google's reason in the body, such as `rateLimitExceeded`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Seconds, in `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
}

impl FaultText {
    fn place(&self) -> Result<Place, String> {
        match (&self.endpoint, &self.path) {
            (Some(name), None) => Ok(Place::Endpoint(name.parse()?)),
            (None, Some(path)) if path.starts_with('/') => Ok(Place::Path(path.clone())),
            (None, Some(path)) => Err(format!("the path {path:?} does not start with a slash")),
            (Some(_), Some(_)) => Err("a fault has an endpoint or a path, not both".to_owned()),
            (None, None) => Err("a fault needs an `endpoint`, or a `path` that requests start with".to_owned()),
        }
    }

    /// What goes wrong. A key that means nothing to the kind is a mistake.
    fn kind(&self) -> Result<Kind, String> {
        let is = |kind| self.kind == kind;
        for (key, given, goes_with) in [
            ("status", self.status.is_some(), is(KindText::Status)),
            ("reason", self.reason.is_some(), is(KindText::Status)),
            ("retry_after", self.retry_after.is_some(), is(KindText::Status)),
            ("pages", self.pages.is_some(), is(KindText::EmptyPages)),
            ("field", self.field.is_some(), is(KindText::MissingFields)),
        ] {
            if given && !goes_with {
                return Err(format!("`{key}` means nothing to a fault of this kind"));
            }
        }
        Ok(match self.kind {
            KindText::Delay if self.delay_ms.is_none() => return Err("a delay needs `delay_ms`".to_owned()),
            KindText::Delay => Kind::Delay,
            KindText::Status => {
                let status = self.status.unwrap_or(503);
                if !(300..=599).contains(&status) {
                    return Err(format!("{status} is no status of a failure; it is 300 to 599"));
                }
                Kind::Status { status, reason: self.reason.clone(), retry_after: self.retry_after }
            }
            KindText::Stall => Kind::Stall,
            KindText::StallBody => Kind::StallBody,
            KindText::Close => Kind::Close,
            KindText::Reset => Kind::Reset,
            KindText::Truncate => Kind::Truncate,
            KindText::HalfJson => Kind::HalfJson,
            KindText::Html => Kind::Html,
            KindText::ContentType => Kind::ContentType,
            KindText::GzipBomb => Kind::GzipBomb,
            KindText::Oversize => Kind::Oversize,
            KindText::InvalidUtf8 => Kind::InvalidUtf8,
            KindText::Redirect => Kind::Redirect,
            KindText::ClockSkew => Kind::ClockSkew,
            KindText::PageLoop => Kind::PageLoop,
            KindText::EmptyPages => Kind::EmptyPages { pages: self.pages },
            KindText::Duplicates => Kind::Duplicates,
            KindText::MissingFields => Kind::MissingFields { field: self.field.clone() },
            KindText::WrongTypes => Kind::WrongTypes,
            KindText::NumbersAsText => Kind::NumbersAsText,
        })
    }
}

impl TryFrom<FaultText> for Fault {
    type Error = String;

    fn try_from(text: FaultText) -> Result<Self, Self::Error> {
        Ok(Self {
            place: text.place()?,
            after: text.after,
            times: text.times,
            delay: text.delay_ms.map(|ms| Duration::from_millis(ms.into())),
            kind: text.kind()?,
            text,
        })
    }
}

/// A list of faults, as `/simulator/faults` takes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanText {
    #[serde(default)]
    fault: Vec<Fault>,
}

/// Reads a plan: `[[fault]]` tables as in a scenario, or the same as JSON, `{"fault": […]}` or the list alone.
pub(in crate::simulator) fn read(text: &str) -> Result<Vec<Fault>, String> {
    let json = |error: serde_json::Error| error.to_string();
    match text.trim_start().as_bytes().first() {
        Some(b'{') => serde_json::from_str::<PlanText>(text).map(|plan| plan.fault).map_err(json),
        Some(b'[') if !text.trim_start().starts_with("[[") || text.trim_start().starts_with("[[]") => {
            serde_json::from_str(text).map_err(json)
        }
        _ => toml::from_str::<PlanText>(text).map(|plan| plan.fault).map_err(|error| error.to_string()),
    }
}

/// A fault, and what it has seen.
struct Ordered {
    fault: Fault,
    seen: AtomicUsize,
    hit: AtomicUsize,
    /// The things of the page before, by list.
    page_before: Mutex<HashMap<String, Vec<Value>>>,
}

/// A request that is hit.
pub(in crate::simulator) struct Hit(Arc<Ordered>);

impl Hit {
    pub(super) fn fault(&self) -> &Fault {
        &self.0.fault
    }

    /// Keeps the things of a list's page, and gives those of the page before.
    pub(super) fn turn_page(&self, list: &str, things: &[Value]) -> Option<Vec<Value>> {
        let mut pages = self.0.page_before.lock().unwrap_or_else(PoisonError::into_inner);
        pages.insert(list.to_owned(), things.to_vec())
    }
}

/// The faults in force, and how many requests each has seen and hit.
pub(in crate::simulator) struct Faults(RwLock<Arc<[Arc<Ordered>]>>);

impl Faults {
    pub(in crate::simulator) fn new(faults: &[Fault]) -> Self {
        Self(RwLock::new(ordered(faults)))
    }

    /// Puts these in place of all that are in force.
    pub(in crate::simulator) fn replace(&self, faults: &[Fault]) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = ordered(faults);
    }

    fn all(&self) -> Arc<[Arc<Ordered>]> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The fault that hits this request, if one does. Counts it for every fault that it matches.
    pub(in crate::simulator) fn hit(&self, path: &str) -> Option<Hit> {
        let mut hit = None;
        for ordered in self.all().iter() {
            let fault = &ordered.fault;
            if !fault.place.is(path) {
                continue;
            }
            let nth = ordered.seen.fetch_add(1, Ordering::Relaxed);
            let harmed = nth >= fault.after && fault.times.is_none_or(|times| nth - fault.after < times);
            if harmed && hit.is_none() {
                ordered.hit.fetch_add(1, Ordering::Relaxed);
                hit = Some(Hit(Arc::clone(ordered)));
            }
        }
        hit
    }

    /// The plan as it was written, with counts: `seen` of the requests that match, `hit` of those that were harmed.
    pub(in crate::simulator) fn shown(&self) -> Value {
        let shown = |ordered: &Arc<Ordered>| {
            let mut fault = serde_json::to_value(&ordered.fault.text).unwrap_or_default();
            fault["seen"] = ordered.seen.load(Ordering::Relaxed).into();
            fault["hit"] = ordered.hit.load(Ordering::Relaxed).into();
            fault
        };
        serde_json::json!({"fault": self.all().iter().map(shown).collect::<Vec<_>>()})
    }
}

fn ordered(faults: &[Fault]) -> Arc<[Arc<Ordered>]> {
    let fresh = |fault: &Fault| {
        Arc::new(Ordered {
            fault: fault.clone(),
            seen: AtomicUsize::new(0),
            hit: AtomicUsize::new(0),
            page_before: Mutex::default(),
        })
    };
    faults.iter().map(fresh).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_hits_the_requests_it_counts_to() {
        let text = "[[fault]]\nendpoint = \"directory.users\"\nafter = 1\ntimes = 2\nkind = \"reset\"\n\
                    [[fault]]\npath = \"/admin\"\nafter = 2\nkind = \"close\"";
        let faults = Faults::new(&read(text).expect("a plan"));
        let users = || faults.hit("/admin/directory/v1/users").map(|hit| hit.fault().kind.clone());
        let kinds: Vec<_> = (0..4).map(|_| users()).collect();
        assert_eq!(kinds, [None, Some(Kind::Reset), Some(Kind::Reset), Some(Kind::Close)]);
        let shown = faults.shown();
        assert_eq!((&shown["fault"][0]["seen"], &shown["fault"][0]["hit"]), (&4.into(), &2.into()));
        assert_eq!((&shown["fault"][1]["seen"], &shown["fault"][1]["hit"]), (&4.into(), &1.into()));
        faults.replace(&[]);
        assert!(users().is_none());
    }

    #[test]
    fn what_means_nothing_is_refused() {
        for (wrong, says) in [
            ("[[fault]]\npath = \"/x\"", "kind"),
            ("[[fault]]\nkind = \"stall\"", "endpoint"),
            ("[[fault]]\nkind = \"stall\"\npath = \"x\"", "slash"),
            ("[[fault]]\nkind = \"stall\"\npath = \"/x\"\nendpoint = \"token\"", "not both"),
            ("[[fault]]\nkind = \"stall\"\nendpoint = \"tokens\"", "directory.tokens"),
            ("[[fault]]\nkind = \"stalled\"\npath = \"/x\"", "stall_body"),
            ("[[fault]]\nkind = \"stall\"\npath = \"/x\"\nstatus = 503", "`status`"),
            ("[[fault]]\nkind = \"status\"\npath = \"/x\"\nstatus = 200", "200"),
            ("[[fault]]\nkind = \"delay\"\npath = \"/x\"", "delay_ms"),
            ("[[fault]]\nkind = \"stall\"\npath = \"/x\"\ndelay = 3", "delay_ms"),
            ("[[faults]]\nkind = \"stall\"\npath = \"/x\"", "fault"),
            ("{\"fault\": [{\"path\": \"/x\"}]}", "kind"),
            ("[{\"path\": \"/x\", \"kind\": 3}]", "line 1 column 25"),
        ] {
            let error = read(wrong).expect_err(wrong);
            assert!(error.contains(says), "{wrong}: {error}");
        }
        for right in
            ["", "[]", "{}", "[[fault]]\npath = \"/x\"\nkind = \"html\"", "[{\"path\": \"/\", \"kind\": \"html\"}]"]
        {
            read(right).expect(right);
        }
    }
}
