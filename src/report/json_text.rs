//! JSON that is safe to look at: the one way in which JSON leaves the program for people and their tools.
//!
//! JSON escapes control characters below U+0020 and lets everything else through: a C1 control, a right-to-left override
//! or a tag character would act on the terminal that shows the file. Written as `\\uXXXX` they act on nothing, and whoever
//! parses the JSON gets every value exactly as it was.

use std::io::{self, Write};

use serde::Serialize;

use crate::domain::is_hidden;

/// Writes a value, indented, with a newline at its end.
///
/// # Errors
///
/// Those of `out`, and where the value is no JSON, such as a map whose keys are no text.
pub fn write_json<T: Serialize + ?Sized>(value: &T, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(Legible(&mut *out), value)?;
    out.write_all(b"\n")
}

/// Writes a value on one line, with a newline at its end.
///
/// # Errors
///
/// As [`write_json`].
pub fn write_json_line<T: Serialize + ?Sized>(value: &T, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(Legible(&mut *out), value)?;
    out.write_all(b"\n")
}

/// JSON text in which no hidden character stands as itself. Outside of strings JSON has none but line breaks and
/// indentation, so that the text need not be parsed.
#[must_use]
pub fn legible_json(text: &str) -> String {
    let mut legible = String::with_capacity(text.len());
    for c in text.chars() {
        if stays(c) {
            legible.push(c);
        } else {
            let mut units = [0; 2];
            legible.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    legible
}

fn stays(c: char) -> bool {
    c < ' ' || !is_hidden(c)
}

/// Passes on what a serialiser writes, piece by piece; its pieces are whole characters.
struct Legible<'w>(&'w mut dyn Write);

impl Write for Legible<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_ascii() && !bytes.contains(&0x7f) {
            return self.0.write_all(bytes);
        }
        let text = std::str::from_utf8(bytes).map_err(|cut| io::Error::new(io::ErrorKind::InvalidData, cut))?;
        self.0.write_all(legible_json(text).as_bytes())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn written(value: &Value) -> String {
        let mut out = Vec::new();
        write_json(value, &mut out).expect("it goes to memory");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn hidden_characters_are_escaped_and_others_are_not() {
        let text = written(&json!({"a\u{9b}": "\u{202e}é\u{e0041}\u{7f}\u{1b}"}));
        assert_eq!(text, "{\n  \"a\\u009b\": \"\\u202eé\\udb40\\udc41\\u007f\\u001b\"\n}\n");
    }

    proptest! {
        #[test]
        fn the_value_is_what_it_was(text in "(?s:.*)|[\\x00-\\x1f\u{7f}-\u{9f}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{e0001}a\\\\\"]*") {
            let value = json!({text.as_str(): [text.as_str(), 1.5, null]});
            let written = written(&value);
            prop_assert!(!written.chars().any(|c| is_hidden(c) && c != '\n'));
            prop_assert_eq!(serde_json::from_str::<Value>(&written).expect("JSON"), value.clone());
            let mut line = Vec::new();
            write_json_line(&value, &mut line).expect("it goes to memory");
            prop_assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
        }
    }
}
