use super::tags::tags;

/// A DMARC record (RFC 7489, section 6.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DmarcRecord {
    /// As published.
    pub text: String,
    /// `p`, in lower case; empty where there is none, `None` where the record says two different things.
    pub policy: Option<String>,
    /// `sp`, likewise: what holds for subdomains, where that is something of its own.
    pub subdomain_policy: Option<String>,
    /// `rua`: where aggregate reports go, in lower case, without limits of their size.
    pub rua: Vec<String>,
    /// `ruf`: where failure reports go, likewise.
    pub ruf: Vec<String>,
}

/// Reads a record; `None` where the text is none. It must begin with the version, spelt exactly so: receivers ignore
/// everything else.
pub(super) fn read(text: &str) -> Option<DmarcRecord> {
    let tags = tags(text);
    let (name, version) = tags.first()?;
    let begins = text.starts_with(['v', 'V']);
    if !begins || name != "v" || *version != "DMARC1" {
        return None;
    }
    let of = |wanted: &'static str| tags.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| *value);
    let word = |wanted: &'static str| {
        let mut values = of(wanted).map(str::to_ascii_lowercase);
        let first = values.next().unwrap_or_default();
        values.all(|value| value == first).then_some(first)
    };
    let addresses = |wanted: &'static str| of(wanted).flat_map(|list| list.split(',')).filter_map(address).collect();
    Some(DmarcRecord {
        text: text.to_owned(),
        policy: word("p"),
        subdomain_policy: word("sp"),
        rua: addresses("rua"),
        ruf: addresses("ruf"),
    })
}

/// `mailto:a@example.com!10m` is an address with a limit of the report's size.
fn address(uri: &str) -> Option<String> {
    let uri = uri.split('!').next().unwrap_or_default().trim();
    (!uri.is_empty()).then(|| uri.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policies(text: &str) -> Option<(Option<String>, Option<String>)> {
        read(text).map(|record| (record.policy, record.subdomain_policy))
    }

    fn told(policy: &str, subdomains: &str) -> Option<(Option<String>, Option<String>)> {
        Some((Some(policy.to_owned()), Some(subdomains.to_owned())))
    }

    #[test]
    fn policies_however_they_are_written() {
        for text in ["v=DMARC1; p=reject; sp=none", "v=DMARC1;p=reject;sp=none", "V = DMARC1 ; P = Reject ; SP=NONE ;"]
        {
            assert_eq!(policies(text), told("reject", "none"), "{text}");
        }
        assert_eq!(policies("v=DMARC1; p=reject"), told("reject", ""));
        assert_eq!(policies("v=DMARC1; rua=mailto:a@example.com"), told("", ""));
        assert_eq!(policies("v=DMARC1; sp=quarantine; np=reject; pct=50; p=none"), told("none", "quarantine"));
        assert_eq!(
            policies("v=DMARC1; p=reject\u{202e}; p"),
            told("reject\u{202e}", ""),
            "hostile letters are no policy"
        );
    }

    #[test]
    fn what_receivers_ignore_is_no_record() {
        for text in [
            "",
            "v=dmarc1; p=reject",
            "v=DMARC1x; p=reject",
            "v=DMARC12; p=reject",
            "p=reject; v=DMARC1",
            "\"v=DMARC1; p=reject\"",
            " v=DMARC1; p=reject",
            "v DMARC1; p=reject",
            "v=spf1 -all",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    #[test]
    fn two_policies_in_one_record_are_none() {
        assert_eq!(policies("v=DMARC1; p=none; p=reject"), Some((None, Some(String::new()))));
        assert_eq!(policies("v=DMARC1; p=none; P=None"), told("none", ""));
    }

    #[test]
    fn addresses_of_reports() {
        let record =
            read("v=DMARC1; p=none; RUA=mailto:A@Example.com!10m , mailto:b@example.net,; ruf = mailto:c@example.com")
                .expect("a record");
        assert_eq!(record.rua, ["mailto:a@example.com", "mailto:b@example.net"]);
        assert_eq!(record.ruf, ["mailto:c@example.com"]);
    }
}
