//! What the letters are about, and the checks that ask it.

pub(super) const WEB_SESSION: [&str; 3] =
    ["cis-gws-1.3-4.2.4.1", "cis-gws-1.4-4.2.4.1", "scuba-gws-1-commoncontrols.4.1v1"];
/// POP and IMAP.
pub(super) const MAIL_CLIENTS: [&str; 3] =
    ["cis-gws-1.3-3.1.3.5.1", "cis-gws-1.4-3.1.3.5.1", "scuba-gws-1-gmail.9.1v1"];
pub(super) const AUTO_FORWARDING: [&str; 3] =
    ["cis-gws-1.3-3.1.3.5.2", "cis-gws-1.4-3.1.3.5.2", "scuba-gws-1-gmail.11.1v1"];
/// Files to outsiders in Chat, whether it is on or not.
pub(super) const CHAT_FILES_CIS: [&str; 2] = ["cis-gws-1.3-3.1.4.1.1", "cis-gws-1.4-3.1.4.1.1"];
/// The same where Chat is on.
pub(super) const CHAT_FILES_SCUBA: [&str; 1] = ["scuba-gws-1-chat.2.1v1"];
/// Google Sites is off.
pub(super) const SITES: [&str; 3] = ["cis-gws-1.3-3.1.7.1", "cis-gws-1.4-3.1.7.1", "scuba-gws-1-sites.1.1v1"];
/// CIS wants the organisation's own apps trusted, SCuBA does not.
pub(super) const INTERNAL_APPS: [&str; 3] =
    ["cis-gws-1.3-4.2.1.3", "cis-gws-1.4-4.2.1.3", "scuba-gws-1-commoncontrols.10.3v1"];
pub(super) const SUPER_ADMINS_AT_LEAST: [&str; 1] = ["cis-gws-1.3-1.1.1"];
/// At most four, or eight; some of them at least two as well.
pub(super) const SUPER_ADMINS_AT_MOST: [&str; 3] =
    ["cis-gws-1.3-1.1.2", "cis-gws-1.4-1.1.1", "scuba-gws-1-commoncontrols.6.2v1"];
/// Super admins hold no other role.
pub(super) const ROLE_SEPARATION: [&str; 2] = ["cis-gws-1.3-1.1.3", "cis-gws-1.4-1.1.2"];
pub(super) const SPF: [&str; 3] = ["cis-gws-1.3-3.1.3.2.2", "cis-gws-1.4-3.1.3.2.2", "scuba-gws-1-gmail.3.1v1"];
pub(super) const DKIM: [&str; 3] = ["cis-gws-1.3-3.1.3.2.1", "cis-gws-1.4-3.1.3.2.1", "scuba-gws-1-gmail.2.1v1"];
pub(super) const DMARC: [&str; 6] = [
    "cis-gws-1.3-3.1.3.2.3",
    "cis-gws-1.4-3.1.3.2.3",
    "scuba-gws-1-gmail.4.1v1",
    "scuba-gws-1-gmail.4.2v1",
    "scuba-gws-1-gmail.4.3v1",
    "scuba-gws-1-gmail.4.4v1",
];
