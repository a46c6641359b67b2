//! What the domain name system said, as a snapshot keeps it.

use serde::{Deserialize, Serialize};

use crate::domain::DomainName;

/// The kind of record that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum DnsType {
    /// Texts: SPF, DKIM and DMARC are written in these.
    #[serde(rename = "TXT")]
    Txt,
}

/// What became of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DnsStatus {
    /// There are records.
    Answer,
    /// There is no such name, or it has no record of that kind.
    None,
    /// Nobody knows: no answer, or a server that failed.
    Failed,
}

/// One question to the domain name system, and what became of it. Which resolver was asked is not kept: it is the
/// operator's network, not the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DnsAnswer {
    /// The name that was asked for, such as `_dmarc.example.com`.
    pub name: DomainName,
    /// The kind of record.
    #[serde(rename = "type")]
    pub record_type: DnsType,
    /// What became of it.
    pub status: DnsStatus,
    /// One text a record, its strings put together as SPF and DKIM ask (RFC 7208, section 3.3), sorted: the order of
    /// records means nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<String>,
    /// Why nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_keep_their_shape() {
        let written = r#"{"name":"_dmarc.example.com","type":"TXT","status":"answer","texts":["v=DMARC1; p=none"]}"#;
        let answer: DnsAnswer = serde_json::from_str(written).expect("an answer");
        assert_eq!((answer.record_type, answer.status), (DnsType::Txt, DnsStatus::Answer));
        assert_eq!(serde_json::to_string(&answer).expect("JSON"), written);
    }
}
