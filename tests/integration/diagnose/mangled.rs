//! What copying does to an error: the same cause must come out, or a wider word for it, or none; never another one.

use gwsaudit::diagnose::{Confidence, diagnose};
use proptest::prelude::*;

use super::{Case, corpus, told};

/// How a copy may be wrapped without losing a letter.
#[derive(Debug, Clone)]
enum Wrapping {
    /// As a JSON string, this often.
    Json(usize),
    /// For HTML, this often.
    Html(usize),
    /// For a URL, this often.
    Url(usize),
    /// Broken at this many characters, each line after such a mark.
    Lines(usize, &'static str),
    /// With the line ends of Windows.
    Crlf,
    /// As a Python string shows it.
    Python,
}

impl Wrapping {
    fn apply(&self, text: &str) -> String {
        let repeat =
            |times: usize, step: &dyn Fn(&str) -> String| (0..times).fold(text.to_owned(), |text, _| step(&text));
        match self {
            Self::Json(times) => repeat(*times, &|text| serde_json::to_string(text).expect("a string")),
            Self::Html(times) => repeat(*times, &|text| {
                let marks = [('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('"', "&quot;"), ('\'', "&#39;")];
                marks.iter().fold(text.to_owned(), |text, (mark, entity)| text.replace(*mark, entity))
            }),
            Self::Url(times) => repeat(*times, &|text| form_urlencoded::byte_serialize(text.as_bytes()).collect()),
            Self::Lines(width, mark) => {
                let letters: Vec<char> = text.chars().collect();
                letters.chunks(*width).map(|line| format!("{mark}{}\n", line.iter().collect::<String>())).collect()
            }
            Self::Crlf => text.replace('\n', "\r\n"),
            Self::Python => format!("b'{}'", text.replace('\\', "\\\\").replace('\n', "\\n").replace('\'', "\\'")),
        }
    }
}

/// Nothing but the case's causes, and wider words for them.
fn holds(case: &Case, text: &str) -> Result<(), String> {
    let diagnosis = diagnose(text);
    for named in diagnosis.causes.iter().filter(|named| named.one_of.is_none()) {
        let cause = named.cause;
        let is_so = case.causes.iter().any(|known| *known == cause || cause.covers(*known));
        let is_excused = case.if_cut.contains(&cause) && named.confidence != Confidence::Certain;
        if !(is_so || is_excused) {
            return Err(format!("{}: {cause:?} in {text:?}", case.name));
        }
    }
    Ok(())
}

/// Runs over the corpus on both of a small machine's processors.
fn over_the_corpus(look: impl Fn(&Case) -> Result<(), String> + Sync) {
    let corpus = corpus();
    let (even, odd): (Vec<_>, Vec<_>) = corpus.iter().enumerate().partition(|(n, _)| n % 2 == 0);
    let all = |cases: Vec<(usize, &Case)>| cases.into_iter().find_map(|(_, case)| look(case).err());
    let faults = std::thread::scope(|scope| {
        let other = scope.spawn(|| all(odd));
        [all(even), other.join().expect("it ends")]
    });
    assert_eq!(faults, [None, None]);
}

#[test]
fn a_copy_cut_short_anywhere_never_names_another_cause() {
    over_the_corpus(|case| {
        let text = &case.text;
        for (n, (at, _)) in text.char_indices().enumerate() {
            holds(case, &text[..at])?;
            // The beginning is lost less often.
            if n % 5 == 0 {
                holds(case, &text[at..])?;
            }
        }
        Ok(())
    });
}

#[test]
fn wrappings_change_nothing() {
    let mut wrappings = vec![Wrapping::Crlf, Wrapping::Python];
    wrappings.extend((1..=4).map(Wrapping::Json));
    wrappings.extend((1..=3).flat_map(|times| [Wrapping::Html(times), Wrapping::Url(times)]));
    over_the_corpus(|case| {
        for wrapping in &wrappings {
            same(case, &wrapping.apply(&case.text), wrapping)?;
        }
        for outer in [Wrapping::Json(2), Wrapping::Html(1), Wrapping::Url(1)] {
            for inner in [Wrapping::Json(1), Wrapping::Html(1), Wrapping::Url(1), Wrapping::Lines(72, "> ")] {
                same(case, &outer.apply(&inner.apply(&case.text)), &(&outer, &inner))?;
            }
        }
        Ok(())
    });
}

/// Broken lines may cut an escape or an address of a page, so that less is read, but mostly nothing is.
#[test]
fn broken_lines_change_nothing_or_lose_something() {
    let lost = std::sync::atomic::AtomicUsize::new(0);
    over_the_corpus(|case| {
        for (width, mark) in [(17, ""), (31, "> "), (40, "    "), (60, "> > "), (72, ""), (76, "| ")] {
            for inner in [None, Some(Wrapping::Json(1)), Some(Wrapping::Url(1))] {
                let text = inner.map_or_else(|| case.text.clone(), |inner| inner.apply(&case.text));
                let broken = Wrapping::Lines(width, mark).apply(&text);
                holds(case, &broken)?;
                if told(&diagnose(&broken)) != case.causes {
                    lost.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                }
            }
        }
        Ok(())
    });
    let lost = lost.into_inner();
    assert!(lost <= 20, "{lost} of the broken copies lost their cause");
}

fn same(case: &Case, text: &str, how: &dyn std::fmt::Debug) -> Result<(), String> {
    let found = told(&diagnose(text));
    if found == case.causes { Ok(()) } else { Err(format!("{}: {found:?} after {how:?}: {text}", case.name)) }
}

#[test]
fn json_may_be_laid_out_as_one_likes() {
    let mut tried = 0;
    for case in corpus() {
        let Ok(value) = serde_json::from_str::<serde_json::Value>(&case.text) else { continue };
        tried += 1;
        for text in [value.to_string(), serde_json::to_string_pretty(&value).expect("JSON"), case.text.to_uppercase()] {
            same(&case, &text, &"another layout").expect("the same cause");
        }
    }
    assert!(tried >= 20, "{tried}");
}

fn wrapping() -> impl Strategy<Value = Wrapping> {
    prop_oneof![
        (1_usize..=3).prop_map(Wrapping::Json),
        (1_usize..=2).prop_map(Wrapping::Html),
        (1_usize..=2).prop_map(Wrapping::Url),
        (5_usize..100, prop::sample::select(vec!["", "> ", ">> ", "\t"]))
            .prop_map(|(width, mark)| Wrapping::Lines(width, mark)),
        Just(Wrapping::Crlf),
        Just(Wrapping::Python),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Wrapped, cut at both ends, wrapped again, cut again.
    #[test]
    fn no_mangling_names_another_cause(
        which in any::<prop::sample::Index>(),
        rounds in prop::collection::vec((wrapping(), 0.0_f64..0.4, 0.0_f64..0.4), 1..4),
    ) {
        let corpus = corpus();
        let case = which.get(&corpus);
        let mut text = case.text.clone();
        for (wrapping, head, tail) in rounds {
            let letters: Vec<char> = wrapping.apply(&text).chars().collect();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a part of a small number")]
            let part = |share: f64| (letters.len() as f64 * share) as usize;
            text = letters[part(head)..letters.len() - part(tail)].iter().collect();
        }
        prop_assert_eq!(holds(case, &text), Ok(()));
    }

    /// Whatever else stands around it in a log.
    #[test]
    fn other_text_around_it_changes_nothing(
        which in any::<prop::sample::Index>(),
        before in "[ -~\n]{0,200}",
        after in "[ -~\n]{0,200}",
    ) {
        let corpus = corpus();
        let case = which.get(&corpus);
        let text = format!("{before}\n{}\n{after}", case.text);
        prop_assert_eq!(told(&diagnose(&text)), case.causes.clone());
    }
}
