//! Where a new canary's token goes.

use super::args::AddArgs;
use super::lasting;
use crate::canaries::{CommandLine, Credential, Keeper, Kept, Tokens, keeping};
use crate::cli::error::{CanaryFault, CliError};
use crate::cli::setup::Setup;
use crate::cli::talk::Talk;
use crate::domain::{CanaryId, with_causes};

/// A place that is ready to take a token. Known before a person is asked for one.
pub(super) enum Destination<'a> {
    /// gwsaudit keeps it.
    Own(Tokens),
    /// It is handed over, and only read from then on.
    Elsewhere {
        /// Where it can be read.
        kept: Kept,
        /// What takes it; else it is written to the file that `kept` is.
        store_command: Option<&'a CommandLine>,
    },
}

impl<'a> Destination<'a> {
    /// The command line comes before the configuration's `[[canary]]`.
    pub(super) fn of(args: &'a AddArgs, id: &CanaryId, setup: &Setup) -> Result<Self, CliError> {
        let kept = match (&args.token_file, &args.token_command) {
            (Some(path), _) => Kept::TokenFile(lasting(path)),
            (None, Some(command)) => Kept::TokenCommand(command.clone()),
            (None, None) => match setup.config.canaries.kept.get(id) {
                Some(kept) => kept.clone(),
                None if args.store_command.is_some() => {
                    return Err(CliError::Usage(
                        "--store-command stores a token that nobody could read: give --token-command or --token-file"
                            .to_owned(),
                    ));
                }
                None => {
                    let tokens = setup.config.canaries.tokens;
                    tokens.must_be_possible().map_err(|fault| CliError::Usage(fault.to_string()))?;
                    return Ok(Self::Own(tokens));
                }
            },
        };
        let store_command = args.store_command.as_ref();
        match &kept {
            Kept::TokenFile(path) if store_command.is_none() && path.exists() => Err(CliError::Usage(format!(
                "{} is there already, and is not overwritten: delete it, or give --store-command",
                path.display()
            ))),
            Kept::TokenCommand(_) if store_command.is_none() => Err(CliError::Usage(format!(
                "the token of {id} is read by a command: give --store-command to have it stored"
            ))),
            Kept::File | Kept::Keyring | Kept::TokenFile(_) | Kept::TokenCommand(_) => {
                Ok(Self::Elsewhere { kept, store_command })
            }
        }
    }

    /// Stores the token, and says where it is.
    pub(super) async fn store(
        &self,
        id: &CanaryId,
        keeper: &Keeper,
        credential: &Credential,
        talk: Talk,
    ) -> Result<Kept, CliError> {
        // The folder, private, before anything is put into it.
        drop(keeper.state().lock()?);
        match self {
            Self::Own(tokens) => {
                Ok(keeping::store(keeper.state(), id, *tokens, credential).await.map_err(CanaryFault::Keeping)?)
            }
            Self::Elsewhere { kept, store_command } => {
                keeping::hand_over(kept, *store_command, credential).await.map_err(CanaryFault::Keeping)?;
                match keeping::load(keeper.state(), id, kept).await {
                    Ok(found) if found == *credential => {}
                    Ok(_) => talk.warning(&format!("{kept} holds another token than the one that was just granted")),
                    Err(fault) => {
                        talk.warning(&format!("the token cannot be read back here: {}", with_causes(&fault)));
                    }
                }
                Ok(kept.clone())
            }
        }
    }
}
