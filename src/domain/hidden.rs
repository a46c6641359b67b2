/// True for a character that a terminal or a browser does not show as itself: control and format characters, bidi
/// controls, zero-width and otherwise invisible ones, line separators, blanks that only look like a space, private use.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    if c.is_control() {
        return true;
    }
    if c.is_whitespace() {
        // U+3000 is the ordinary space of Japanese and Chinese and takes two visible columns.
        return c != ' ' && c != '\u{3000}';
    }
    matches!(u32::from(c),
        0x00AD | 0x034F | 0x061C | 0x06DD | 0x070F | 0x08E2 | 0x180B..=0x180F
        | 0x0600..=0x0605 | 0x0890..=0x0891
        | 0x115F..=0x1160 | 0x17B4..=0x17B5
        | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F
        | 0x2800 | 0x3164
        | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFC
        | 0xFDD0..=0xFDEF
        | 0x110BD | 0x110CD | 0x13430..=0x1345F | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A
        | 0xE000..=0xF8FF
        | 0xE0000..=0x0010_FFFF
    ) || u32::from(c) & 0xFFFE == 0xFFFE
}
