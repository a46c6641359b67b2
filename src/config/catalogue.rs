//! The catalogue of well-known apps, `config/apps/*.toml`, built into the program.

use std::collections::BTreeMap;

use super::document::{ConfigError, Document, Parsed, Table};
use super::load::AppSettings;
use crate::domain::{AppId, ClientId, CloudScope, PackId};
use crate::evidence::{AppDefinition, Card, Catalogue, NamePattern};

/// File name and text of every entry.
const ENTRIES: [(&str, &str); 4] = [
    ("config/apps/google-auth-library.toml", include_str!("../../config/apps/google-auth-library.toml")),
    ("config/apps/google-cloud-sdk.toml", include_str!("../../config/apps/google-cloud-sdk.toml")),
    ("config/apps/iap-desktop.toml", include_str!("../../config/apps/iap-desktop.toml")),
    ("config/apps/okta-workflows-gmail.toml", include_str!("../../config/apps/okta-workflows-gmail.toml")),
];

/// The catalogue as it was built in, with the operator's additions: a configured app of a known id takes the
/// configured client IDs; one of a new id joins.
///
/// # Errors
/// [`ConfigError`] where a built-in entry is wrong (a test sees to it that none is).
pub fn builtin_catalogue(configured: &[AppSettings]) -> Result<Catalogue, ConfigError> {
    let mut catalogue = Catalogue::default();
    for (file, text) in ENTRIES {
        let app = read_entry(file, text)?;
        catalogue.apps.insert(app.id.clone(), app);
    }
    for settings in configured {
        let app = catalogue.apps.entry(settings.id.clone()).or_insert_with(|| AppDefinition {
            id: settings.id.clone(),
            name: settings.id.to_string(),
            client_ids: Vec::new(),
            names: Vec::new(),
            packs: Vec::new(),
            configured: true,
            about: "Added by the configuration.".to_owned(),
            cards: Vec::new(),
        });
        app.configured = true;
        if !settings.client_ids.is_empty() {
            app.client_ids.clone_from(&settings.client_ids);
        }
        if let Some(name) = &settings.name {
            app.name.clone_from(name);
        }
        app.names.extend(settings.display_names.iter().filter_map(|name| NamePattern::new(name)));
    }
    Ok(catalogue)
}

fn read_entry(file: &str, text: &str) -> Result<AppDefinition, ConfigError> {
    let mut document = Document::new(file, text, BTreeMap::new());
    let Some(parsed) = document.parse() else { return document.conclude(None) };
    let mut table = Table::new(Some(parsed.get_ref()), "", 0);
    let id = table.require::<Parsed<AppId>>(&mut document, "id");
    let name = table.require(&mut document, "name");
    let packs = table.require::<Vec<Parsed<PackId>>>(&mut document, "packs").unwrap_or_default();
    let client_ids = table.require::<Vec<Parsed<ClientId>>>(&mut document, "client_ids").unwrap_or_default();
    let names = table.require::<Vec<String>>(&mut document, "display_names").unwrap_or_default();
    let about = table.require(&mut document, "about");
    let mut cards = Vec::new();
    for mut card in table.list(&mut document, "cards") {
        let name = card.require::<String>(&mut document, "name");
        let cloud_scope = card.require::<Parsed<CloudScope>>(&mut document, "cloud_scope");
        card.finish(&mut document);
        cards.extend(name.zip(cloud_scope).map(|(name, Parsed(cloud_scope))| Card { name, cloud_scope }));
    }
    table.finish(&mut document);
    let app = id.zip(name).zip(about).map(|((id, name), about)| AppDefinition {
        id: id.0,
        name,
        client_ids: client_ids.into_iter().map(|client| client.0).collect(),
        names: names.iter().filter_map(|name| NamePattern::new(name)).collect(),
        packs: packs.into_iter().map(|pack| pack.0).collect(),
        configured: false,
        about,
        cards,
    });
    document.conclude(app)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_entry_reads() {
        let catalogue = builtin_catalogue(&[]).expect("the built-in catalogue");
        assert_eq!(catalogue.apps.len(), ENTRIES.len());
        for app in catalogue.apps.values() {
            assert!(!app.names.is_empty() || app.is_pinned(), "{} can be recognised", app.id);
        }
    }
}
