//! A report in words short enough for tables.

use serde_json::{Value, json};

/// A report, in words.
pub(crate) struct Judged {
    pub(crate) json: Value,
    pub(crate) bytes: Vec<u8>,
}

fn word(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

fn origin(fact: &Value) -> String {
    let from = fact["inherited_from"].as_str().map(|path| format!(" from {path}")).unwrap_or_default();
    let conflict = if fact["conflict"] == json!(true) { " conflict" } else { "" };
    format!("{from}{conflict}")
}

impl Judged {
    fn unit(&self, path: &str) -> &Value {
        let units = self.json["org_units"].as_array().expect("a list");
        units.iter().find(|unit| unit["path"] == json!(path)).unwrap_or_else(|| panic!("{path} is in the report"))
    }

    /// `required proven, exempt yes proven from / conflict`
    pub(super) fn session(&self, path: &str) -> String {
        let fact = &self.unit(path)["cloud_session"];
        format!(
            "{} {}, exempt {} {}{}",
            word(&fact["reauth"]),
            word(&fact["confidence"]),
            word(&fact["exempt_trusted_apps"]),
            word(&fact["exempt_confidence"]),
            origin(fact)
        )
    }

    /// `57600 password`
    pub(super) fn length(&self, path: &str) -> String {
        let fact = &self.unit(path)["cloud_session"];
        format!("{} {}", word(&fact["frequency_seconds"]), word(&fact["method"]))
    }

    /// `trusted proven from / conflict`
    pub(crate) fn access(&self, path: &str) -> String {
        let fact = &self.unit(path)["apps"]["okta-workflows-gmail"];
        format!("{} {}{}", word(&fact["access"]), word(&fact["confidence"]), origin(fact))
    }

    /// The levels of which it is one, sorted.
    pub(super) fn one_of(&self, path: &str) -> Vec<String> {
        let levels = self.unit(path)["apps"]["okta-workflows-gmail"]["one_of"].as_array().expect("a list");
        let mut words: Vec<String> = levels.iter().map(word).collect();
        words.sort();
        words
    }

    /// `yes survives`, `yes breaks last 2026-… next 2026-…`
    pub(super) fn connection(&self, user: &str) -> String {
        let connections = self.json["connections"].as_array().expect("a list");
        let one =
            connections.iter().find(|one| one["user"] == json!(user)).unwrap_or_else(|| panic!("{user} connects"));
        let time = |label: &str, key: &str| one[key].as_str().map(|at| format!(" {label} {at}")).unwrap_or_default();
        format!(
            "{} {}{}{}",
            word(&one["cloud_scope"]),
            word(&one["outcome"]),
            time("last", "last_authorized_at"),
            time("next", "next_failure_by")
        )
    }

    pub(super) fn result(&self, check: &str, subject: &str) -> Option<&Value> {
        self.json["results"].as_array().expect("a list").iter().find(|result| {
            let what = &result["subject"];
            result["check"] == json!(check)
                && match subject {
                    "tenant" => what["kind"] == json!("tenant"),
                    path if path.starts_with('/') => what["org_unit"] == json!(path) && what["user"].is_null(),
                    user if user.contains('@') => what["user"] == json!(user),
                    app => what["app"] == json!(app) && what["org_unit"].is_null() && what["user"].is_null(),
                }
        })
    }

    /// `pass proven`, `undetermined -`; `absent` where there is no such result.
    pub(super) fn verdict(&self, check: &str, subject: &str) -> String {
        self.result(check, subject).map_or_else(
            || "absent".to_owned(),
            |result| format!("{} {}", word(&result["status"]), word(&result["confidence"])),
        )
    }

    pub(super) fn exempt(&self, path: &str) -> String {
        self.verdict("trusted-apps-exempt", path)
    }

    pub(super) fn trusted(&self, path: &str) -> String {
        self.verdict("app-trusted", path)
    }

    pub(crate) fn survives(&self, user: &str) -> String {
        self.verdict("connection-survives-reauth", user)
    }

    pub(super) fn repeated(&self, user: &str) -> String {
        self.verdict("repeated-reauthorization", user)
    }

    pub(super) fn pinned(&self) -> String {
        self.verdict("client-id-pinned", "okta-workflows-gmail")
    }

    /// The names of a result's missing facts.
    pub(super) fn missing(&self, check: &str, subject: &str) -> Vec<String> {
        let result = self.result(check, subject).expect("a result");
        let mut facts: Vec<String> =
            result["missing"].as_array().expect("a list").iter().map(|gap| word(&gap["fact"])).collect();
        facts.dedup();
        facts
    }

    /// `NAME ×2 [PARAMETER] setting@/Sales:app`, one per name.
    pub(super) fn unread(&self) -> Vec<String> {
        let list = |value: &Value| value.as_array().expect("a list").clone();
        list(&self.json["unread_events"])
            .iter()
            .map(|event| {
                let parameters: Vec<String> = list(&event["parameters"]).iter().map(word).collect();
                let touches: Vec<String> = list(&event["touches"])
                    .iter()
                    .map(|touch| {
                        format!("{}@{}:{}", word(&touch["setting"]), word(&touch["org_unit"]), word(&touch["app"]))
                    })
                    .collect();
                format!("{} ×{} [{}] {}", word(&event["name"]), event["count"], parameters.join(" "), touches.join(" "))
            })
            .collect()
    }
}
