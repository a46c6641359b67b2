//! Whether a name may be taken for another by somebody who looks at it.
//!
//! Whoever registers an app chooses its name, and a letter of another script, an accent, a digit or a blank make it another
//! name for a program and the same for a person. The table is a small part of Unicode's confusables (UTS 39): letters that
//! look alike in the console's typeface, for the scripts that Google allows in names.

/// Of fewer characters a name is found within too many others.
const SHORTEST_PART: usize = 6;
/// So much of a name is looked at; nobody reads on.
const LONGEST_NAME: usize = 1_000;
/// From so many characters on, one that is missing, added, swapped or another does not catch the eye.
const SHORTEST_MISSPELT: usize = 8;

/// Latin letters, and what passes for them.
const LOOK_ALIKES: [(char, &str); 24] = [
    ('a', "àáâãäåāăąǎạảấầẩẫậắằẳẵặɑαа@"),
    ('b', "ƅьβḃ"),
    ('c', "çćĉċčсϲ¢"),
    ('d', "ďđḍԁ"),
    ('e', "èéêëēĕėęěẹẻẽếềểễệеєε3€"),
    ('g', "ĝğġģǵɡց"),
    ('h', "ĥħһհ"),
    ('j', "ĵјϳ"),
    ('k', "ķĸκкқ"),
    ('l', "ìíîïĩīĭįıịỉіїιӏĺļľŀłi1|!ǀ"),
    ('m', "мṃ"),
    ('n', "ñńņňŋпηո"),
    ('o', "òóôõöøōŏőơọỏốồổỗộớờởỡợоοσ0օ"),
    ('p', "рρþ"),
    ('q', "ԛգ"),
    ('r', "ŕŗřгṛ"),
    ('s', "śŝşšșѕ5$"),
    ('t', "ţťŧțтτ7"),
    ('u', "ùúûüũūŭůűųưụủứừửữựυս"),
    ('v', "νѵṿ"),
    ('w', "ŵẁẃẅѡωшԝ"),
    ('x', "хχ×"),
    ('y', "ýÿŷỳỵỷỹуүγ"),
    ('z', "źżžẓᴢ"),
];

/// A name as the eye takes it in: everything that a reader overlooks is made the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Likeness(String);

impl Likeness {
    /// That of a name.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let folded: String = name
            .chars()
            .take(LONGEST_NAME)
            .map(plain)
            .flat_map(char::to_lowercase)
            .map(latin)
            .filter(|c| c.is_alphanumeric())
            .collect();
        Self(folded.replace("rn", "m").replace("vv", "w"))
    }

    /// Whether a person may take the name for `known`: it is the same to the eye, holds it, or is one slip away from it.
    #[must_use]
    pub fn passes_for(&self, known: &Self) -> bool {
        let (Self(name), Self(part)) = (self, known);
        self.is_taken_for(known) || (part.chars().count() >= SHORTEST_PART && name.contains(part))
    }

    /// Whether a person may take the name for the whole of `known`: it is the same to the eye, or one slip away from it.
    #[must_use]
    pub fn is_taken_for(&self, known: &Self) -> bool {
        let (Self(name), Self(known)) = (self, known);
        let (own, length) = (name.chars().count(), known.chars().count());
        if known.is_empty() {
            return false;
        }
        name == known
            || (length >= SHORTEST_MISSPELT && own.abs_diff(length) <= 1 && strsim::osa_distance(name, known) <= 1)
    }
}

/// Letters and digits in other clothes: full-width, mathematical, circled.
fn plain(c: char) -> char {
    let at = u32::from(c);
    let letter = |offset: u32| char::from_u32(u32::from('a') + offset % 26);
    let worn = match at {
        0xFF01..=0xFF5E => char::from_u32(at - 0xFF01 + 0x21),
        0x1D400..=0x1D6A3 => letter(at - 0x1D400),
        0x1D7CE..=0x1D7FF => char::from_u32(u32::from('0') + (at - 0x1D7CE) % 10),
        0x24B6..=0x24E9 => letter(at - 0x24B6),
        _ => None,
    };
    worn.unwrap_or(c)
}

fn latin(c: char) -> char {
    if c.is_ascii_alphabetic() && c != 'i' {
        return c;
    }
    LOOK_ALIKES.iter().find(|(_, alike)| alike.contains(c)).map_or(c, |(letter, _)| *letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resembles(name: &str, known: &str) -> bool {
        Likeness::of(name).passes_for(&Likeness::of(known))
    }

    #[test]
    fn what_the_eye_takes_for_the_same_is() {
        for name in [
            "okta workflows",
            "Okta-Workflows",
            "OktaWorkflows",
            "Оkta Wоrkflоws", // Cyrillic
            "0kta W0rkf1ows",
            "Okta Workfiows",
            "Ｏｋｔａ Ｗｏｒｋｆｌｏｗｓ",
            "𝐎𝐤𝐭𝐚 𝐖𝐨𝐫𝐤𝐟𝐥𝐨𝐰𝐬",
            "Öktâ Wörkflöws",
            "Okta\u{200b} Work\u{ad}flows",
            "Okta VVorkflows",
            "Okta Workflow",
            "Okta Wrokflows",
            "The new Okta Workflows (beta)",
        ] {
            assert!(resembles(name, "Okta Workflows"), "{name}");
        }
    }

    #[test]
    fn other_names_are_other_names() {
        for name in ["", "Okta", "Workflows", "Zapier", "Okta Browser Plugin", "Workflow Max"] {
            assert!(!resembles(name, "Okta Workflows"), "{name}");
        }
        assert!(!resembles("Mailchimp", "Mail"));
        assert!(resembles("MAIL", "Mail"));
        assert!(!resembles("x", " - "));
    }
}
