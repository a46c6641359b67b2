//! Things in great number, for measurements and paging: `[generate]` becomes entries like those that are written out.

use serde::Deserialize;
use toml::{Spanned, Value};

use super::policy_records::{Policy, PolicyType, SortOrder};
use super::scenario::{File, Group, OrgUnit, User};
use crate::domain::OrgUnitPath;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Generate {
    /// Users `user00001@…`, spread over the org units.
    pub(super) users: usize,
    /// Org units beside the root: ten below it, ten below each of these, and so on.
    pub(super) org_units: usize,
    /// Groups `group0001@…`.
    pub(super) groups: usize,
    /// Users in each of these groups.
    pub(super) memberships: usize,
    /// Policies. Without org units and groups each is of a setting of its own, for everybody. With them a third of a few and
    /// all but some of many are for org units and groups, the rest for the root.
    pub(super) policies: usize,
}

/// So many org units are directly below one.
const BRANCHES: usize = 10;

/// Settings as they exist, with two values of their field; the first is the root's.
const SETTINGS: [(&str, &str, &str, &str); 27] = [
    ("security.session_controls", "webSessionDuration", "\"43200s\"", "\"72000s\""),
    ("security.super_admin_account_recovery", "enableAccountRecovery", "false", "true"),
    ("security.user_account_recovery", "enableAccountRecovery", "false", "true"),
    ("security.less_secure_apps", "allowLessSecureApps", "false", "true"),
    ("security.advanced_protection_program", "enableAdvancedProtectionSelfEnrollment", "true", "false"),
    ("security.login_challenges", "enableEmployeeIdChallenge", "true", "false"),
    ("security.two_step_verification_enrollment", "allowEnrollment", "true", "false"),
    ("security.two_step_verification_device_trust", "allowTrustingDevice", "false", "true"),
    ("gmail.pop_access", "enablePopAccess", "false", "true"),
    ("gmail.imap_access", "enableImapAccess", "false", "true"),
    ("gmail.auto_forwarding", "enableAutoForwarding", "false", "true"),
    ("gmail.mail_delegation", "enableMailDelegation", "false", "true"),
    ("gmail.workspace_sync_for_outlook", "enableGoogleWorkspaceSyncForMicrosoftOutlook", "false", "true"),
    ("gmail.per_user_outbound_gateway", "allowUsersToUseExternalSmtpServers", "false", "true"),
    ("gmail.user_email_uploads", "enableMailAndContactsImport", "false", "true"),
    ("gmail.confidential_mode", "enableConfidentialMode", "false", "true"),
    ("gmail.enhanced_pre_delivery_message_scanning", "enableImprovedSuspiciousContentDetection", "true", "false"),
    ("gmail.email_image_proxy_bypass", "enableImageProxy", "true", "false"),
    ("calendar.external_invitations", "warnOnInvite", "true", "false"),
    ("calendar.interoperability", "enableInteroperability", "false", "true"),
    ("chat.chat_history", "historyOnByDefault", "true", "false"),
    ("chat.chat_file_sharing", "externalFileSharing", "\"NO_FILES\"", "\"ALL_FILES\""),
    ("chat.chat_apps_access", "enableApps", "false", "true"),
    ("chat.external_chat_restriction", "allowExternalChat", "false", "true"),
    ("drive_and_docs.drive_sdk", "enableDriveSdkApiAccess", "false", "true"),
    ("meet.safety_domain", "usersAllowedToJoin", "\"LOGGED_IN\"", "\"ALL\""),
    ("sites.sites_creation_and_modification", "allowSitesCreation", "false", "true"),
];

impl File {
    /// Writes out what `[generate]` asks for.
    pub(super) fn expand(&mut self) {
        let generate = std::mem::take(&mut self.generate);
        let domain = self.customer.get_ref().primary_domain.clone();
        let units: Vec<OrgUnitPath> = units(generate.org_units);
        let groups: Vec<String> = (1..=generate.groups).map(|nth| format!("group{nth:04}@{domain}")).collect();
        let users: Vec<String> = (1..=generate.users).map(|nth| format!("user{nth:05}@{domain}")).collect();

        self.org_unit.extend(units.iter().map(|path| placeless(OrgUnit { path: path.clone(), created: None })));
        self.user.extend(users.iter().enumerate().map(|(nth, email)| {
            let home = units.get(nth % units.len().max(1)).cloned().unwrap_or_else(OrgUnitPath::root);
            placeless(User { org_unit: home, ..User::plain(email.clone()) })
        }));
        self.group.extend(groups.iter().enumerate().map(|(nth, email)| {
            let count = generate.memberships.min(users.len());
            // A step that shares no factor with most counts, so that groups overlap without being alike.
            let members = (0..count).map(|member| users[(nth * 7 + member) % users.len()].clone());
            placeless(Group { email: email.clone(), name: None, members: members.collect() })
        }));
        self.policy.extend((0..generate.policies).map(|nth| {
            placeless(if units.is_empty() && groups.is_empty() {
                for_everybody(nth)
            } else {
                targeted(nth, generate.policies, &units, &groups)
            })
        }));
    }
}

/// Not from any place of the file, which therefore nobody needs to be shown.
fn placeless<T>(thing: T) -> Spanned<T> {
    Spanned::new(0..0, thing)
}

fn units(count: usize) -> Vec<OrgUnitPath> {
    let mut units: Vec<OrgUnitPath> = Vec::new();
    for nth in 0..count {
        let above = if nth < BRANCHES { OrgUnitPath::root() } else { units[nth / BRANCHES - 1].clone() };
        units.push(above.child(&format!("Unit {:03}", nth + 1)));
    }
    units
}

fn for_everybody(nth: usize) -> Policy {
    Policy {
        setting: format!("generated.setting_{nth:04}"),
        policy_type: PolicyType::System,
        query: Some(String::new()),
        sort_order: Some(SortOrder::Number(101.0)),
        value: toml::Table::from_iter([("enabled".to_owned(), Value::Boolean(nth.is_multiple_of(2)))]),
        ..Policy::default()
    }
}

/// The first ones for the root, the rest each for the next org unit or group in turn.
fn targeted(nth: usize, total: usize, units: &[OrgUnitPath], groups: &[String]) -> Policy {
    let of_root = SETTINGS.len().min(total - total / 3);
    let (setting, field, usual, other) = SETTINGS[nth % SETTINGS.len()];
    if nth < of_root {
        let policy_type = PolicyType::System;
        return Policy { setting: setting.to_owned(), policy_type, value: value(field, usual), ..Policy::default() };
    }
    let targets = units.len() + groups.len();
    let (round, target) = ((nth - of_root) / targets, (nth - of_root) % targets);
    let (setting, field, usual, other) = match SETTINGS.get((round + target) % SETTINGS.len()) {
        Some(setting) => *setting,
        None => (setting, field, usual, other),
    };
    let value = value(field, if target.is_multiple_of(2) { other } else { usual });
    let policy = Policy { setting: setting.to_owned(), value, ..Policy::default() };
    match units.get(target) {
        Some(unit) => Policy { org_unit: Some(unit.clone()), ..policy },
        None => {
            let group = target - units.len();
            let sort_order = Some(SortOrder::Text(format!("399.{:05}", group + 1)));
            Policy { group: groups.get(group).cloned(), sort_order, ..policy }
        }
    }
}

fn value(field: &str, json: &str) -> toml::Table {
    let value = match json {
        "true" => Value::Boolean(true),
        "false" => Value::Boolean(false),
        text => Value::String(text.trim_matches('"').to_owned()),
    };
    toml::Table::from_iter([(field.to_owned(), value)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_form_a_tree() {
        let units = units(121);
        assert_eq!(units[0].as_str(), "/Unit 001");
        assert_eq!(units[10].as_str(), "/Unit 001/Unit 011");
        assert_eq!(units[119].as_str(), "/Unit 001/Unit 011/Unit 120");
    }

    #[test]
    fn every_target_has_policies_and_none_of_one_setting_twice() {
        let units = units(200);
        let groups: Vec<String> = (0..300).map(|nth| nth.to_string()).collect();
        let policies: Vec<Policy> = (0..5027).map(|nth| targeted(nth, 5027, &units, &groups)).collect();
        let mut seen = std::collections::BTreeSet::new();
        for policy in &policies {
            let target = (policy.org_unit.clone(), policy.group.clone());
            assert!(seen.insert((policy.setting.clone(), target)), "{policy:?}");
        }
        let targets: std::collections::BTreeSet<_> = seen.into_iter().map(|(_, target)| target).collect();
        assert_eq!(targets.len(), 501);
    }
}
