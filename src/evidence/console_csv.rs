//! The console's own list: *Manage third-party app access > Bulk update list > Download configured apps*.
//!
//! Google documents four columns (`Type`, `Id`, `Access`, `Org Unit`) and more in downloads
//! (support.google.com/a/answer/12653991). The file has no time of its own, and how it writes an app with *Specific
//! Google data* is documented nowhere.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use thiserror::Error;

use super::attestation::OwnAccess;
use super::item::{Item, Source};
use crate::domain::{ClientId, OrgUnitPath, humane_time};

/// How the time of the download is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dating {
    /// The operator said so.
    Stated,
    /// The file's own time, which copying changes.
    FileTime,
}

/// What the file holds, as the operator states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Every configured app with every org unit that has a level of its own.
    Whole,
    /// Perhaps not all: filters on the page narrow the download.
    Unsaid,
}

/// What a row says about an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListedAccess {
    /// A level that Google documents.
    Level(OwnAccess),
    /// A word that it does not.
    Unreadable(String),
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfiguredApp {
    /// Where.
    pub org_unit: OrgUnitPath,
    /// At which level.
    pub access: ListedAccess,
    /// The line in the file.
    pub line: u64,
}

/// The configured apps as the console listed them at one moment.
#[derive(Debug, Clone)]
pub struct ConfiguredApps {
    /// The file's name.
    pub file: String,
    /// When it was downloaded.
    pub taken_at: Timestamp,
    /// How that is known.
    pub dating: Dating,
    /// What the file holds.
    pub extent: Extent,
    /// Its rows, by client.
    pub rows: BTreeMap<ClientId, Vec<ConfiguredApp>>,
}

/// The file is not the console's list of configured apps.
#[derive(Debug, Error)]
pub enum CsvError {
    /// It is text in another encoding.
    #[error("it is not UTF-8; download it again as CSV (not as an Excel or UTF-16 file)")]
    NotUtf8,
    /// A column cannot be found.
    #[error(
        "its first line has no column {missing}; it has {found}. Download it with the console set to English (Manage \
         third-party app access > Bulk update list > Download configured apps), and leave the headers as they are"
    )]
    NoHeader {
        /// The columns that are missing.
        missing: String,
        /// What the first line holds.
        found: String,
    },
    /// A column occurs twice.
    #[error("its first line has the column {0:?} twice")]
    TwiceTheHeader(&'static str),
    /// A row cannot be read.
    #[error("line {line}: {why}")]
    Row {
        /// Which line, from one.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
}

const HEADERS: [&str; 4] = ["Type", "Id", "Access", "Org Unit"];

/// Spreadsheet programs write what their locale separates lists by.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// Where the four columns are.
struct Columns {
    id: usize,
    access: usize,
    org_unit: usize,
}

impl Columns {
    fn find(header: &csv::StringRecord) -> Result<Self, CsvError> {
        let of = |name: &'static str| -> Result<Option<usize>, CsvError> {
            let mut places = header.iter().enumerate().filter(|(_, text)| text.trim().eq_ignore_ascii_case(name));
            match (places.next(), places.next()) {
                (Some(_), Some(_)) => Err(CsvError::TwiceTheHeader(name)),
                (found, _) => Ok(found.map(|(place, _)| place)),
            }
        };
        let [_, id, access, org_unit] = HEADERS;
        let mut missing = Vec::new();
        for name in HEADERS {
            if of(name)?.is_none() {
                missing.push(format!("{name:?}"));
            }
        }
        match (of(id)?, of(access)?, of(org_unit)?, missing.is_empty()) {
            (Some(id), Some(access), Some(org_unit), true) => Ok(Self { id, access, org_unit }),
            _ => Err(CsvError::NoHeader {
                missing: missing.join(", "),
                found: header.iter().map(|text| format!("{text:?}")).collect::<Vec<_>>().join(", "),
            }),
        }
    }
}

/// Reads the rows of a download, whatever the order of its columns.
///
/// # Errors
/// [`CsvError`] where a header is missing (a console in another language writes others) or a row is broken.
pub fn read_configured_apps(bytes: &[u8]) -> Result<BTreeMap<ClientId, Vec<ConfiguredApp>>, CsvError> {
    let text = std::str::from_utf8(bytes).map_err(|_| CsvError::NotUtf8)?;
    // Lines end in one way, so that a record's position counts them right.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let mut first_error = None;
    for separator in SEPARATORS {
        match read_separated(&text, separator) {
            // Another separator may find the headers; if none does, what the first one found is said.
            Err(error @ CsvError::NoHeader { .. }) => first_error = first_error.or(Some(error)),
            other => return other,
        }
    }
    Err(first_error.unwrap_or(CsvError::NotUtf8))
}

fn read_separated(text: &str, separator: u8) -> Result<BTreeMap<ClientId, Vec<ConfiguredApp>>, CsvError> {
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).from_reader(text.as_bytes());
    let broken = |error: csv::Error| CsvError::Row {
        line: error.position().map_or(0, csv::Position::line),
        why: if let csv::ErrorKind::UnequalLengths { expected_len, len, .. } = error.kind() {
            format!("it has {len} fields where the first line has {expected_len}")
        } else {
            error.to_string()
        },
    };
    let columns = Columns::find(reader.headers().map_err(broken)?)?;
    let mut rows: BTreeMap<ClientId, Vec<ConfiguredApp>> = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(broken)?;
        let line = record.position().map_or(0, csv::Position::line);
        let field = |column: usize| record.get(column).unwrap_or_default().trim();
        let wrong = |why: String| CsvError::Row { line, why };
        let client = ClientId::from_google(field(columns.id)).ok_or_else(|| wrong("its Id is empty".to_owned()))?;
        let unit = field(columns.org_unit);
        let org_unit = Some(unit)
            .filter(|unit| unit.starts_with('/'))
            .and_then(OrgUnitPath::from_google)
            .ok_or_else(|| wrong(format!("its Org Unit {unit:?} is not a path such as \"/Sales\"")))?;
        let access = listed_access(field(columns.access));
        rows.entry(client).or_default().push(ConfiguredApp { org_unit, access, line });
    }
    Ok(rows)
}

fn listed_access(word: &str) -> ListedAccess {
    match word.to_lowercase().as_str() {
        "trusted" => ListedAccess::Level(OwnAccess::Trusted),
        "limited" => ListedAccess::Level(OwnAccess::Limited),
        "blocked" => ListedAccess::Level(OwnAccess::Blocked),
        "unconfigured" => ListedAccess::Level(OwnAccess::Unconfigured),
        _ => ListedAccess::Unreadable(word.to_owned()),
    }
}

impl ConfiguredApps {
    /// A row as a piece of evidence.
    #[must_use]
    pub fn item(&self, client: &ClientId, row: &ConfiguredApp) -> Arc<Item> {
        let level = match &row.access {
            ListedAccess::Level(level) => level.describe().to_owned(),
            ListedAccess::Unreadable(word) => format!("{word:?}"),
        };
        self.say(format!("{}:{}", self.file, row.line), format!("{client} is {level} at {}", row.org_unit))
    }

    /// That a whole list has no row, as a piece of evidence.
    #[must_use]
    pub fn silence(&self, client: &ClientId, org_unit: &OrgUnitPath) -> Arc<Item> {
        self.say(self.file.clone(), format!("no level of {client} at {org_unit}"))
    }

    fn say(&self, locator: String, what: String) -> Arc<Item> {
        let dating = match self.dating {
            Dating::Stated => "",
            Dating::FileTime => " (by the file's own time)",
        };
        Arc::new(Item {
            at: Some(self.taken_at),
            source: Source::ConfiguredApps,
            locator,
            says: format!("the console's list of {}{dating}: {what}", humane_time(self.taken_at)),
            actor: None,
        })
    }

    /// Why what it says is presumed at most, where it is.
    #[must_use]
    pub fn doubt(&self) -> Option<&'static str> {
        match self.dating {
            Dating::Stated => None,
            Dating::FileTime => Some(
                "nobody states when the list of configured apps was downloaded (configured_apps_csv_at or --csv-taken-at); \
                 the file's own time was taken",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<BTreeMap<ClientId, Vec<ConfiguredApp>>, String> {
        read_configured_apps(text.as_bytes()).map_err(|error| error.to_string())
    }

    const ID: &str = "1234567890-abc.apps.googleusercontent.com";

    #[test]
    fn columns_are_found_by_name_in_any_order_among_others_with_or_without_a_mark() {
        let rows = |text: &str| {
            let rows = read(text).expect("a list");
            rows.into_iter()
                .map(|(client, rows)| {
                    assert_eq!(rows[0].line, 2);
                    (client.to_string(), rows[0].org_unit.to_string(), rows[0].access.clone())
                })
                .collect::<Vec<_>>()
        };
        let expected = [(ID.to_owned(), "/Sales, EMEA".to_owned(), ListedAccess::Level(OwnAccess::Trusted))];
        for text in [
            format!("Type,Id,Access,Org Unit\nweb application,{ID},trusted,\"/Sales, EMEA\"\n"),
            format!(
                "\u{feff}org unit,App name,ACCESS,id,type\r\n\"/Sales, EMEA\",Flow,Trusted,{ID},web application\r\n"
            ),
            format!("Type;Id;Access;Org Unit\nweb application;{ID};trusted;/Sales, EMEA\n"),
        ] {
            assert_eq!(rows(&text), expected, "{text}");
        }
    }

    #[test]
    fn a_word_that_google_does_not_document_is_kept() {
        let rows = read(&format!("Type,Id,Access,Org Unit\nweb,{ID},Specific Google data,/\n")).expect("a list");
        assert_eq!(rows[ID][0].access, ListedAccess::Unreadable("Specific Google data".to_owned()));
    }

    #[test]
    fn what_is_no_such_list_is_refused_with_the_reason() {
        let refused = |text: &str| read(text).expect_err("refused");
        assert!(refused("").contains("no column \"Type\", \"Id\""));
        let localised = refused("Typ,ID,Zugriff,Organisationseinheit\nx,1,trusted,/\n");
        assert!(localised.contains("no column \"Type\", \"Access\", \"Org Unit\""), "{localised}");
        assert!(localised.contains("English"), "{localised}");
        assert!(refused("Type,Id,Id,Access,Org Unit\n").contains("\"Id\" twice"));
        assert!(refused("Type,Id,Access,Org Unit\nx,1,trusted\n").contains("line 2: it has 3 fields"));
        assert!(refused("Type,Id,Access,Org Unit\nx,,trusted,/\n").contains("line 2: its Id is empty"));
        assert!(refused("Type,Id,Access,Org Unit\nx,1,trusted,/\nx,1,trusted,Sales\n").contains("line 3"));
        assert!(matches!(read_configured_apps(&[0xff, 0xfe, b'T', 0]), Err(CsvError::NotUtf8)));
    }
}
