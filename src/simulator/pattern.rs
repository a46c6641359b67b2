//! The few regular expressions that policy filters need: literals, `.`, `\` escapes, `*`, `^` and `$`.

/// One character to match, and whether it may repeat.
struct Atom {
    /// `None` for any.
    character: Option<char>,
    repeats: bool,
}

/// An expression; without `^` or `$` it matches anywhere, as CEL's `matches` does.
pub(super) struct Pattern {
    atoms: Vec<Atom>,
    from_start: bool,
    to_end: bool,
}

impl Pattern {
    /// `None` for anything beyond the few forms.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let from_start = text.starts_with('^');
        let mut rest = text.strip_prefix('^').unwrap_or(text).chars().peekable();
        let mut atoms: Vec<Atom> = Vec::new();
        let mut to_end = false;
        while let Some(character) = rest.next() {
            let character = match character {
                '$' if rest.peek().is_none() => {
                    to_end = true;
                    break;
                }
                '.' => None,
                '\\' => Some(rest.next().filter(|escaped| !escaped.is_ascii_alphanumeric())?),
                '*' => {
                    let last = atoms.last_mut().filter(|atom| !atom.repeats)?;
                    last.repeats = true;
                    continue;
                }
                '(' | ')' | '[' | ']' | '{' | '}' | '|' | '+' | '?' | '^' | '$' => return None,
                literal => Some(literal),
            };
            atoms.push(Atom { character, repeats: false });
        }
        Some(Self { atoms, from_start, to_end })
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        let text: Vec<_> = text.chars().collect();
        let starts = if self.from_start { 0..=0 } else { 0..=text.len() };
        starts.into_iter().any(|start| self.matches_from(&text[start..]))
    }

    /// All states at once, so that no expression takes more than its length times the text's.
    fn matches_from(&self, text: &[char]) -> bool {
        let mut states = vec![false; self.atoms.len() + 1];
        states[0] = true;
        self.skip(&mut states);
        for character in text {
            if states[self.atoms.len()] && !self.to_end {
                return true;
            }
            let mut next = vec![false; states.len()];
            for (nth, atom) in self.atoms.iter().enumerate() {
                if states[nth] && atom.character.is_none_or(|wanted| wanted == *character) {
                    next[if atom.repeats { nth } else { nth + 1 }] = true;
                }
            }
            states = next;
            self.skip(&mut states);
        }
        states[self.atoms.len()]
    }

    /// A repeating atom may also be there no time at all.
    fn skip(&self, states: &mut [bool]) {
        for (nth, atom) in self.atoms.iter().enumerate() {
            if states[nth] && atom.repeats {
                states[nth + 1] = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::parse(pattern).expect("one of the few forms").matches(text)
    }

    #[test]
    fn anchors_escapes_and_stars() {
        assert!(matches(r"^settings/gmail\..*$", "settings/gmail.confidential_mode"));
        assert!(!matches(r"^settings/gmail\..*$", "settings/gmailx"));
        assert!(!matches(r"^settings/gmail$", "settings/gmail.confidential_mode"));
        assert!(matches("chat.*", "settings/groups.chat"));
        assert!(matches("", "anything"));
        assert!(matches("a*b", "b"));
        assert!(matches("ab*", "a"));
        for beyond in ["a|b", "(a)", "[a]", r"\d", "a+", "*", "a**"] {
            assert!(Pattern::parse(beyond).is_none(), "{beyond}");
        }
    }
}
