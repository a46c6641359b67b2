//! Lists of `tag=value` with semicolons between them, as DKIM and DMARC share them (RFC 6376, section 3.2).

/// The tags in their order, names in lower case, no space around either. What is no tag is left out.
pub(super) fn tags(text: &str) -> Vec<(String, &str)> {
    text.split(';')
        .filter_map(|part| part.split_once('='))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim()))
        .filter(|(name, _)| !name.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_lists() {
        for (text, wanted) in [
            ("v=DMARC1;p=none", vec![("v", "DMARC1"), ("p", "none")]),
            ("V = DMARC1 ;; P = Reject ; ", vec![("v", "DMARC1"), ("p", "Reject")]),
            ("p=; t=a=b; =x; junk", vec![("p", ""), ("t", "a=b")]),
            ("", vec![]),
            (";;;=;", vec![]),
        ] {
            let read = tags(text);
            let read: Vec<(&str, &str)> = read.iter().map(|(name, value)| (name.as_str(), *value)).collect();
            assert_eq!(read, wanted, "{text:?}");
        }
    }
}
