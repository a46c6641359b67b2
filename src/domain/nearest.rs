/// Which of these names somebody may have meant; `None` where none is near.
#[must_use]
pub fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), *candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= candidate.len().max(name.len()) / 2)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_half_another_name_is_not_near() {
        let known = ["condition", "message"];
        assert_eq!(nearest("conditoin", &known), Some("condition"));
        assert_eq!(nearest("severity", &known), None);
        assert_eq!(nearest("anything", &[]), None);
    }
}
