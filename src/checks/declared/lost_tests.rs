//! What could not be read settles nothing about org units and groups: small tenants of a pack's examples.

use crate::checks::{Registry, Tried};
use crate::evidence::Catalogue;

/// POP is told by a group, IMAP by a licence.
const PACK: &str = r#"
pack: lost
title: What is lost
framework: Tests
checks:
  - control: "1"
    title: POP and IMAP are off
    severity: low
    subject: org_unit
    rationale: Tests need one.
    condition: settings.gmail.pop_access.enablePopAccess == false && settings.gmail.imap_access.enableImapAccess == false
    message: They are not.
    remediation: {console: Nowhere}
    examples:
      - name: whoever holds the licence is in the group, so that the others are well
        status: {"/": pass, "group:travel@example.com": fail}
        settings: {gmail.pop_access: {enablePopAccess: false}, gmail.imap_access: {enableImapAccess: false}}
        users: &users
          - {email: ben@example.com}
          - {email: cleo@example.com, licences: [Google-Apps/1010020020]}
        groups: &groups
          travel@example.com: {members: [cleo@example.com], settings: {gmail.pop_access: {enablePopAccess: false}}}
        licensed_settings: &licensed
          - {sku: Google-Apps/1010020020, setting: gmail.imap_access, value: {enableImapAccess: true}}
      - name: who is in the group is not known, so that the licence may be held in it or outside
        status: {"/": undetermined, "group:travel@example.com": undetermined}
        settings: {gmail.pop_access: {enablePopAccess: false}, gmail.imap_access: {enableImapAccess: false}}
        users: *users
        groups: *groups
        licensed_settings: *licensed
        denied: [directory.members]
      - name: org units could not be listed
        status: undetermined
        settings: {gmail.pop_access: {enablePopAccess: false}, gmail.imap_access: {enableImapAccess: false}}
        denied: [directory.orgunits]
"#;

#[test]
fn what_is_lost_leaves_org_units_and_groups_open() {
    let folder = tempfile::tempdir().expect("temporary storage");
    std::fs::write(folder.path().join("lost.yaml"), PACK).expect("temporary storage");
    let registry = Registry::with(&[folder.path().to_owned()]).expect("a sound pack");
    let tried = registry.try_examples(&["lost".parse().expect("an id")], &Catalogue::default());
    let wrong =
        |tried: &Tried| tried.wrong.iter().map(|wrong| format!("{:?}: {wrong}", tried.name)).collect::<Vec<_>>();
    let tried = tried.expect("temporary storage");
    assert_eq!(tried.len(), 3);
    assert_eq!(tried.iter().flat_map(wrong).collect::<Vec<_>>(), Vec::<String>::new());
}
