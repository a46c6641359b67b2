//! What somebody may have meant who wrote a name that there is not.

use crate::domain;

/// `; the nearest … is …`, or the names that there are, or nothing where there are too many.
pub(super) fn nearest<'k>(name: &str, what: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match domain::nearest(name, &known) {
        Some(candidate) => format!("; the nearest known {what} is `{candidate}`"),
        None if known.is_empty() || known.len() > 12 => String::new(),
        None => {
            let all: Vec<String> = known.iter().map(|known| format!("`{known}`")).collect();
            format!("; known ones are {}", all.join(", "))
        }
    }
}
