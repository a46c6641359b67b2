use crate::domain::DomainName;

/// What an SPF record says of senders that nothing else in it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SpfAll {
    /// `-all`: they are not allowed.
    Fail,
    /// `~all`: they are probably not allowed.
    SoftFail,
    /// `?all`: nothing.
    Neutral,
    /// `+all`, or plain `all`: everybody may send.
    Pass,
    /// Nothing in force says anything; also where receivers give the record up as faulty.
    Absent,
}

impl SpfAll {
    /// Its sign; empty where there is none.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "-",
            Self::SoftFail => "~",
            Self::Neutral => "?",
            Self::Pass => "+",
            Self::Absent => "",
        }
    }
}

/// A record's own terms (RFC 7208, sections 4.6, 5 and 6).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Terms {
    /// The sign of `all`.
    pub(super) all: Option<SpfAll>,
    /// Whose record holds where nothing in this one matches.
    pub(super) redirect: Option<String>,
    /// Whose senders may send, in lower case: of `include` those that stand before `all` and are not turned round.
    pub(super) includes: Vec<String>,
    /// A term for which receivers give the whole record up.
    pub(super) fault: Option<String>,
}

/// Where a redirect leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// To the record of this domain.
    Domain(DomainName),
    /// To one that depends on the mail.
    Macro,
    /// To nothing that can be asked for.
    Nowhere,
}

impl Terms {
    /// Reads a record; `None` where the text is none.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut terms = text.split(' ');
        if !terms.next()?.eq_ignore_ascii_case("v=spf1") {
            return None;
        }
        let mut read = Self::default();
        for term in terms.filter(|term| !term.is_empty()) {
            if !read.take(term) {
                return Some(Self { fault: Some(term.to_owned()), ..Self::default() });
            }
        }
        Some(read)
    }

    /// Takes one term; `false` where receivers give up over it.
    fn take(&mut self, term: &str) -> bool {
        if let Some((name, value)) = modifier(term) {
            if name.eq_ignore_ascii_case("redirect") {
                return !value.is_empty() && self.redirect.replace(value.to_owned()).is_none();
            }
            return true;
        }
        let (sign, mechanism) = match term.split_at_checked(1) {
            Some(("-", rest)) => (SpfAll::Fail, rest),
            Some(("~", rest)) => (SpfAll::SoftFail, rest),
            Some(("?", rest)) => (SpfAll::Neutral, rest),
            Some(("+", rest)) => (SpfAll::Pass, rest),
            Some(_) | None => (SpfAll::Pass, term),
        };
        let end = mechanism.find([':', '/']).unwrap_or(mechanism.len());
        let (name, rest) = mechanism.split_at(end);
        let argument = rest.strip_prefix(':').filter(|argument| !argument.is_empty());
        match name.to_ascii_lowercase().as_str() {
            "all" => {
                // What follows an `all` is never looked at.
                self.all = self.all.or(Some(sign));
                rest.is_empty()
            }
            "include" => {
                if sign == SpfAll::Pass && self.all.is_none() {
                    self.includes.extend(argument.map(folded));
                }
                argument.is_some()
            }
            "a" | "mx" | "ptr" => rest.is_empty() || argument.is_some() || rest.starts_with('/'),
            "ip4" | "ip6" | "exists" => argument.is_some(),
            _ => false,
        }
    }

    /// Where the redirect leads that is in force: beside an `all` there is none.
    pub(super) fn target(&self) -> Option<Target> {
        let text = self.redirect.as_deref().filter(|_| self.all.is_none())?;
        Some(match text.parse() {
            _ if text.contains('%') => Target::Macro,
            Ok(name) => Target::Domain(name),
            Err(_) => Target::Nowhere,
        })
    }
}

/// `name=value`, where the name is one.
fn modifier(term: &str) -> Option<(&str, &str)> {
    let (name, value) = term.split_once('=')?;
    let sound = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    sound.then_some((name, value))
}

fn folded(domain: &str) -> String {
    domain.strip_suffix('.').unwrap_or(domain).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Terms {
        Terms::read(text).expect("a record")
    }

    #[test]
    fn signs_of_all() {
        for (text, wanted) in [
            ("v=spf1 -all", Some(SpfAll::Fail)),
            ("V=SPF1   ~ALL ", Some(SpfAll::SoftFail)),
            ("v=spf1 include:_spf.google.com ?all", Some(SpfAll::Neutral)),
            ("v=spf1 all", Some(SpfAll::Pass)),
            ("v=spf1 +all -all", Some(SpfAll::Pass)),
            ("v=spf1", None),
            ("v=spf1 a mx/24 a:mail.example.com//64 ip4:192.0.2.0/24 exists:%{i}.example.net ptr exp=e.example", None),
        ] {
            assert_eq!(read(text).all, wanted, "{text}");
            assert_eq!(read(text).fault, None, "{text}");
        }
    }

    #[test]
    fn includes_that_let_somebody_send() {
        let record =
            read("v=spf1 include:_SPF.Google.com. +include:a.example ~include:b.example -all include:c.example");
        assert_eq!(record.includes, ["_spf.google.com", "a.example"]);
    }

    #[test]
    fn faulty_records_are_in_force_nowhere() {
        for text in [
            "v=spf1 include:a.example -all;",
            "v=spf1 includes:a.example -all",
            "v=spf1 include: -all",
            "v=spf1 -all:x",
            "v=spf1 -all/24",
            "v=spf1\u{a0}-all x -all",
            "v=spf1 -redirect=a.example",
            "v=spf1 redirect=a.example redirect=b.example",
            "v=spf1 redirect= -all",
            "v=spf1 - -all",
            "v=spf1 \u{202e}lla- -all",
            "v=spf1 \t-all",
            "v=spf1 ip4 -all",
        ] {
            let Some(record) = Terms::read(text) else { continue };
            assert!(
                record.fault.is_some() && record.all.is_none() && record.includes.is_empty(),
                "{text:?}: {record:?}"
            );
        }
    }

    #[test]
    fn other_texts_are_no_records() {
        for text in ["", "v=spf10 -all", "v=spf2.0/pra -all", "\"v=spf1 -all\"", " v=spf1 -all", "spf1", "v=spf1;-all"]
        {
            assert_eq!(Terms::read(text), None, "{text:?}");
        }
    }

    #[test]
    fn redirects() {
        let target = |text: &str| read(text).target();
        assert_eq!(
            target("v=spf1 redirect=_spf.Example.com"),
            Some(Target::Domain("_spf.example.com".parse().expect("a name")))
        );
        assert_eq!(target("v=spf1 redirect=%{d}._spf.example.com"), Some(Target::Macro));
        assert_eq!(target("v=spf1 redirect=a..b"), Some(Target::Nowhere));
        assert_eq!(target("v=spf1 redirect=a.example -all"), None, "an `all` comes first");
    }
}
