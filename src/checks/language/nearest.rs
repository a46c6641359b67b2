//! What somebody may have meant who wrote a name that there is not.

/// `; the nearest … is …`, or the names that there are, or nothing where there are too many.
pub(super) fn nearest<'k>(name: &str, what: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let best = known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= candidate.len().max(name.len()) / 2);
    match best {
        Some((_, candidate)) => format!("; the nearest known {what} is `{candidate}`"),
        None if known.is_empty() || known.len() > 12 => String::new(),
        None => {
            let all: Vec<String> = known.iter().map(|known| format!("`{known}`")).collect();
            format!("; known ones are {}", all.join(", "))
        }
    }
}
