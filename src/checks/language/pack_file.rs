use std::fmt;
use std::path::Path;

use thiserror::Error;

use super::declared::PackFile;
use super::schema::SettingTypes;

/// One thing that is wrong with a pack's file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackError {
    /// The file, as it was named.
    pub file: String,
    /// The line, from one; 0 where the file as a whole is meant.
    pub line: usize,
    /// The column in characters, from one; 0 where the file as a whole is meant.
    pub column: usize,
    /// What is wrong, and what would be right.
    pub message: String,
    /// The line itself, where it helps to see it.
    pub excerpt: Option<Excerpt>,
}

/// A line of a file with the part that is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Excerpt {
    /// The line, without the white space around it.
    pub line: String,
    /// Where in it the part begins, in characters from zero.
    pub from: usize,
    /// How many characters it has.
    pub length: usize,
}

/// Packs are wrong; everything that is, in order.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct PackErrors {
    /// The faults.
    pub errors: Vec<PackError>,
}

impl fmt::Display for PackErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.errors)
    }
}

/// Reads the packs that the program brings; each `(name, text)` is a file.
///
/// # Errors
///
/// Everything that is wrong with them.
pub fn load_builtin(files: &[(&str, &str)], settings: &dyn SettingTypes) -> Result<Vec<PackFile>, PackErrors> {
    todo!("{files:?} {}", settings.all().len())
}

/// Reads every `*.yaml` and `*.yml` file of a folder as a pack, in the order of their names. They may build on the packs
/// of `builtin` and on one another.
///
/// # Errors
///
/// Everything that is wrong with them, and that the folder or one of them cannot be read.
pub fn load_dir(folder: &Path, settings: &dyn SettingTypes, builtin: &[PackFile]) -> Result<Vec<PackFile>, PackErrors> {
    todo!("{folder:?} {} {}", settings.all().len(), builtin.len())
}
