//! Programs that keep secrets for us: Vault, `secret-tool`, a password manager.

use std::fmt;
use std::process::Stdio;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use tokio::time::timeout;

use super::credential::LARGEST;
use crate::domain::Secret;

/// A program and its arguments. No shell is between.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct CommandLine {
    program: String,
    arguments: Vec<String>,
}

/// How long a program may take, a person's unlocking of something included.
const WITHIN: Duration = Duration::from_secs(30);

impl TryFrom<Vec<String>> for CommandLine {
    type Error = String;

    fn try_from(words: Vec<String>) -> Result<Self, Self::Error> {
        let mut words = words.into_iter();
        match words.next().filter(|program| !program.is_empty()) {
            Some(program) => Ok(Self { program, arguments: words.collect() }),
            None => Err("the command names no program".to_owned()),
        }
    }
}

impl From<CommandLine> for Vec<String> {
    fn from(command: CommandLine) -> Self {
        std::iter::once(command.program).chain(command.arguments).collect()
    }
}

impl FromStr for CommandLine {
    type Err = String;

    /// Words between blanks, or a JSON list where a word holds a blank of its own.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let words: Vec<String> = if text.trim_start().starts_with('[') {
            serde_json::from_str(text).map_err(|_| {
                format!(
                    "{text:?} is not a JSON list of texts, such as [\"secret-tool\", \"lookup\", \"canary\", \"x\"]"
                )
            })?
        } else {
            text.split_whitespace().map(str::to_owned).collect()
        };
        words.try_into()
    }
}

impl fmt::Display for CommandLine {
    /// The program alone: arguments are somebody else's business.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.program)
    }
}

impl CommandLine {
    /// What the program prints. What it says on standard error is not shown, as it may repeat a secret.
    pub(super) async fn read(&self) -> Result<Secret, String> {
        self.run(None).await
    }

    /// Hands a secret to the program's standard input.
    pub(super) async fn write(&self, secret: &Secret) -> Result<(), String> {
        self.run(Some(secret)).await.map(drop)
    }

    async fn run(&self, input: Option<&Secret>) -> Result<Secret, String> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("{self} cannot be started: {error}"))?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let talk = async {
            if let (Some(mut stdin), Some(secret)) = (stdin, input) {
                // A program that does not read is told by its exit status.
                drop(stdin.write_all(secret.expose().as_bytes()).await);
                drop(stdin.shutdown().await);
            }
            let mut printed = zeroize::Zeroizing::new(Vec::new());
            if let Some(stdout) = stdout {
                stdout.take(LARGEST as u64 + 1).read_to_end(&mut printed).await?;
            }
            let status = child.wait().await?;
            Ok::<_, std::io::Error>((status, printed))
        };
        let (status, printed) = match timeout(WITHIN, talk).await {
            Err(_) => return Err(format!("{self} did not end within {} s", WITHIN.as_secs())),
            Ok(Err(error)) => return Err(format!("{self} cannot be listened to: {error}")),
            Ok(Ok(ended)) => ended,
        };
        if !status.success() {
            return Err(format!("{self} failed ({status}); run it by hand to see why"));
        }
        let text = std::str::from_utf8(&printed).map_err(|_| format!("{self} printed something that is not text"))?;
        Ok(Secret::new(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_or_a_json_list() {
        let words = |text: &str| text.parse::<CommandLine>().map(Vec::from);
        assert_eq!(words(" vault kv  get x "), Ok(["vault", "kv", "get", "x"].map(str::to_owned).to_vec()));
        assert_eq!(words(r#"["a b", ""]"#), Ok(["a b", ""].map(str::to_owned).to_vec()));
        for bad in ["", "  ", "[]", "[\"\"]", "[1]", "[\"a\""] {
            assert!(words(bad).is_err(), "{bad}");
        }
    }
}
