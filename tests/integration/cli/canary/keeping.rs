//! Where tokens are kept.

use std::path::Path;

use super::{STRICT, World};

#[cfg(unix)]
pub(super) fn chmod(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("it is ours");
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().expect("it is there").permissions().mode() & 0o777
}

#[cfg(unix)]
#[test]
fn files_are_their_owners_alone_and_refused_if_not() {
    let world = World::with("tokens = \"file\"\n");
    world.added(&STRICT, "strict@canary.example");
    let path = |name: &str| world.tenant.sandbox.path(name);
    let token = path("state/tokens/strict-untrusted.json");
    assert_eq!([mode(&path("state")), mode(&path("state/tokens"))], [0o700, 0o700]);
    for file in ["state/tokens/strict-untrusted.json", "state/history.jsonl", "state/canaries.toml", "state/lock"] {
        assert_eq!(mode(&path(file)), 0o600, "{file}");
    }
    for (exposed, sound, mode) in [(&token, 0o600, 0o640), (&path("state/tokens"), 0o700, 0o755)] {
        chmod(exposed, mode);
        let run = world.run(&["canary", "refresh"]).exits(1);
        assert!(run.stdout.contains("can be read by others") && run.stdout.contains("chmod go-rwx"), "{run:?}");
        chmod(exposed, sound);
        assert_eq!(world.refresh(0), ["strict-untrusted: refreshed"]);
    }
    chmod(&path("state"), 0o755);
    world.run(&["canary", "refresh"]).exits(4).prints_nothing().says(&["can be read by others", "chmod go-rwx"]);
    world.run(&["canary", "list"]).exits(4).prints_nothing();
}

#[test]
fn a_token_that_is_gone_or_another_is_not_tried() {
    let world = World::new();
    world.pair("/Open", "open@canary.example");
    let sandbox = &world.tenant.sandbox;
    let (mine, other) = ("state/tokens/open-trusted.json", "state/tokens/open-untrusted.json");
    for (content, words) in [
        (Some(sandbox.read(other)), "holds a token of the client 200-untrusted"),
        (Some("1//0-hush-hush".to_owned()), "it is not the JSON object"),
        (None, "its token is not there"),
    ] {
        match content {
            // Rewritten in place, so that its mode stays.
            Some(content) => std::fs::write(sandbox.path(mine), content).expect("it is ours"),
            None => std::fs::remove_file(sandbox.path(mine)).expect("it is ours"),
        }
        let run = world.run(&["canary", "refresh", "-vv"]).exits(1);
        assert!(run.stdout.contains(words) && !run.stdout.contains("hush"), "{words}: {run:?}");
        assert!(run.stdout.contains("open-untrusted  untrusted in /Open: refreshed"), "{run:?}");
    }
    // Nothing was tried, so nothing is in the history.
    assert!(world.listed("open-trusted")["last"].is_null());
    world.run(&["canary", "remove", "open-trusted"]).exits(4).says(&["its token is not there"]);
}

/// Whatever was put in the place of a token, a success of somebody else's proves nothing.
#[test]
fn another_users_token_proves_nothing() {
    let world = World::new();
    let open = ["canary", "add", "--org-unit", "/Open", "--client", "sim/client-untrusted.json", "--role", "untrusted"];
    world.added(&open, "open@canary.example");
    world.added(&STRICT, "strict@canary.example");
    let sandbox = &world.tenant.sandbox;
    let other = sandbox.read("state/tokens/open-untrusted.json");
    std::fs::write(sandbox.path("state/tokens/strict-untrusted.json"), other).expect("it is ours");
    world.advance("5h");
    assert_eq!(world.refresh(1), ["open-untrusted: refreshed", "strict-untrusted: other"]);
    assert_eq!(world.listed("strict-untrusted")["last"]["detail"], "refreshed, but the token is another user's");
}

#[cfg(unix)]
#[test]
fn a_token_can_be_somebody_elses_to_keep() {
    // A file that add writes once, and only reads from then on.
    let world = World::new();
    world.added(&[&STRICT[..], &["--token-file", "secret.json"]].concat(), "strict@canary.example");
    assert_eq!(mode(&world.tenant.sandbox.path("secret.json")), 0o600);
    assert!(!world.tenant.sandbox.path("state/tokens").exists());
    assert_eq!(world.refresh(0), ["strict-untrusted: refreshed"]);
    chmod(&world.tenant.sandbox.path("secret.json"), 0o644);
    let run = world.run(&["canary", "refresh"]).exits(0);
    run.says(&["warning", "secret.json", "can be read by others"]);

    // As a mounted secret of that name elsewhere.
    std::fs::rename(world.tenant.sandbox.path("secret.json"), world.tenant.sandbox.path("mounted")).expect("ours");
    world.run(&["canary", "refresh"]).exits(1);
    world.tenant.sandbox.append(
        "sim/gwsaudit.toml",
        "[[canary]]\nid = \"strict-untrusted\"\ntoken_file = \"../mounted\"\n[[canary]]\nid = \"nobody\"\ntoken_file = \"x\"\n",
    );
    world.run(&["canary", "refresh"]).exits(0).says(&["warning", "nobody", "there is no such canary"]);
    world.hides_secrets(&["mounted"]);
    let run = world.run(&["canary", "remove", "strict-untrusted"]).exits(0);
    assert!(run.stdout.contains("delete it where it is kept"), "{run:?}");
    assert!(world.tenant.sandbox.path("mounted").exists(), "it is not ours to delete");
}

#[cfg(unix)]
#[test]
fn a_token_can_be_behind_a_command() {
    let world = World::new();
    let vault = world.tenant.sandbox.write("vault", "#!/bin/sh\nexec /bin/cat > hidden.json\n");
    chmod(&vault, 0o700);
    let commands = ["--token-command", "[\"/bin/cat\", \"hidden.json\"]", "--store-command", "./vault"];
    world.added(&[&STRICT[..], &commands].concat(), "strict@canary.example");
    assert_eq!(world.refresh(0), ["strict-untrusted: refreshed"]);
    world.hides_secrets(&["hidden.json"]);

    // A command that fails, and shows what nobody should see.
    let failing = world.tenant.sandbox.write("failing", "#!/bin/sh\n/bin/cat hidden.json >&2\nexit 3\n");
    chmod(&failing, 0o700);
    world
        .tenant
        .sandbox
        .append("sim/gwsaudit.toml", "[[canary]]\nid = \"strict-untrusted\"\ntoken_command = [\"./failing\"]\n");
    let run = world.run(&["canary", "refresh", "-vv"]).exits(1);
    assert!(run.stdout.contains("./failing failed (exit status: 3)"), "{run:?}");
}
