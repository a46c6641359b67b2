//! What the words amount to.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use regex::Regex;

use super::cause::{Cause, Confidence};
use super::layers::{Breaks, Traced};
use super::paste::LARGEST_PASTE;
use super::secrets::{SecretKind, Secrets};
use super::seen::{Field, Mention, Seen, note};
use super::signature::{Hit, search};

/// A cause that the text names or leaves open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Which.
    pub cause: Cause,
    /// How sure.
    pub confidence: Confidence,
    /// The words that name it; none for a cause that is merely left open.
    pub found: Vec<(Field, Mention)>,
    /// Of a cause that is left open: the cause whose words leave it open.
    pub one_of: Option<Cause>,
}

/// Something that a person is told of a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Telling {
    /// What it is called.
    pub title: &'static str,
    /// What has happened.
    pub means: &'static str,
    /// What to do, in order.
    pub steps: &'static [&'static str],
    /// Where; a convenience, as links are no documented interface.
    pub console_url: Option<&'static str>,
    /// What sets it apart from causes that read alike; `None` where none does.
    pub tells_apart: Option<&'static str>,
    /// Where that is known from.
    pub sources: &'static [&'static str],
}

impl Cause {
    /// What a person is told of it. Texts are sentences without their last full stop.
    #[must_use]
    pub fn telling(self) -> Telling {
        let advice = self.advice();
        Telling {
            title: advice.title,
            means: advice.means,
            steps: advice.steps,
            console_url: advice.console_url,
            tells_apart: Some(advice.tells_apart).filter(|text| !text.is_empty()),
            sources: advice.sources,
        }
    }
}

/// What a text says about why a connection is dead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// The causes: those that the text names, surest first, each followed by those that it leaves open. Empty where the
    /// text names none.
    pub causes: Vec<Named>,
    /// What else stands in it.
    pub seen: Seen,
    /// Secrets in it, which nobody should have pasted: the first of each kind, with the line that it begins in.
    pub secrets: Vec<(SecretKind, usize)>,
}

impl Diagnosis {
    /// The cause named first, where one is.
    #[must_use]
    pub fn primary(&self) -> Option<&Named> {
        self.causes.first()
    }

    /// What would tell, where no cause is named.
    #[must_use]
    pub fn what_would_tell(&self) -> &'static [&'static str] {
        if self.causes.is_empty() {
            &[
                "The answer of Google's token endpoint: JSON with error, error_description and perhaps error_subtype",
                "In Okta Workflows: the failed step's whole error, with its kind and message",
                "For an API: the whole body, with code, status, and reason; for a browser: the page's text with its error details, or its address",
            ]
        } else {
            &[]
        }
    }
}

/// Names the cause, as far as the text does. Reads no more than its first [`LARGEST_PASTE`] bytes, and never fails:
/// whatever it is given, it answers.
#[must_use]
pub fn diagnose(text: &str) -> Diagnosis {
    let text = &text[..text.floor_char_boundary(LARGEST_PASTE)];
    let joined = Traced::unwrapped(text, Breaks::Join);
    let kept = Traced::unwrapped(text, Breaks::Keep);
    let mut skeleton = joined.skeleton();
    for (address, place) in in_addresses(&joined) {
        skeleton.append(&address, place);
    }
    let hits = search(&skeleton);
    let secrets = Secrets::of(&[&joined, &kept]);
    let seen = note(text, &kept, &hits, &secrets);
    let line = |place: u32| text.as_bytes().iter().take(place as usize).filter(|byte| **byte == b'\n').count() + 1;
    let secrets = secrets.kinds().map(|(kind, place)| (kind, line(place))).collect();
    Diagnosis { causes: named(&hits, &seen), seen, secrets }
}

/// The consent page's address carries its error in Base64, after `authError=`.
fn in_addresses(traced: &Traced) -> Vec<(String, u32)> {
    static PATTERN: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"authError=([A-Za-z0-9+/_-]{8,4000})").expect("the pattern is ours and sound"));
    let lenient = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let engine = GeneralPurpose::new(&STANDARD, lenient);
    let (text, places) = traced.text();
    let decoded = |found: regex::Match<'_>| {
        let standard = found.as_str().replace('-', "+").replace('_', "/");
        // One letter alone is no byte.
        let whole = standard.len() - usize::from(standard.len() % 4 == 1);
        let bytes = engine.decode(&standard[..whole]).ok()?;
        Some((String::from_utf8_lossy(&bytes).into_owned(), places[found.start()]))
    };
    PATTERN.captures_iter(&text).take(20).filter_map(|captures| decoded(captures.get(1)?)).collect()
}

fn named(hits: &[Hit], seen: &Seen) -> Vec<Named> {
    let mentions = |cause: Cause| -> Vec<(Field, Mention)> {
        let of_cause = hits.iter().filter(|hit| hit.signature.cause == cause);
        let mention = |hit: &Hit| {
            let field = hit.signature.field;
            let noted = seen.of(field).iter().find(|mention| mention.value == hit.signature.phrase);
            noted.map(|mention| (field, mention.clone()))
        };
        of_cause.filter_map(mention).collect()
    };
    // What a narrower word says too is said by it.
    let told = |cause: Cause| hits.iter().any(|hit| hit.signature.cause == cause);
    let covered = |cause: Cause| hits.iter().any(|hit| cause.covers(hit.signature.cause));
    let mut top: Vec<Named> = Cause::ALL
        .into_iter()
        .filter(|cause| told(*cause) && !covered(*cause))
        .map(|cause| {
            let surest = hits.iter().filter(|hit| hit.signature.cause == cause).map(|hit| hit.confidence).min();
            Named { cause, confidence: surest.unwrap_or(Confidence::Likely), found: mentions(cause), one_of: None }
        })
        .collect();
    top.sort_by_key(|named| (named.confidence, !named.cause.advice().candidates.is_empty()));
    let named_already: Vec<Cause> = top.iter().map(|named| named.cause).collect();
    let mut causes: Vec<Named> = Vec::new();
    for named in top {
        let wider = named.cause;
        let known = |cause: &Cause| {
            named_already.iter().any(|named| named == cause || cause.covers(*named))
                || causes.iter().any(|named| named.cause == *cause)
        };
        let open: Vec<Cause> = wider.advice().candidates.iter().copied().filter(|cause| !known(cause)).collect();
        causes.push(named);
        causes.extend(open.into_iter().map(|cause| Named {
            cause,
            confidence: Confidence::Possible,
            found: Vec::new(),
            one_of: Some(wider),
        }));
    }
    causes
}
