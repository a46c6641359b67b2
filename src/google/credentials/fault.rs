//! What goes wrong before a service account without a key has its assertion signed, and what to do about it.

use std::fmt;

/// Why the identity that a keyless credential starts from did not get as far as a signed assertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeylessFault {
    /// The identity lacks `iam.serviceAccounts.signJwt` on the service account.
    MayNotSign {
        /// The service account that was to sign.
        account: String,
    },
    /// The identity lacks `iam.serviceAccounts.getAccessToken` on the service account.
    MayNotImpersonate {
        /// The service account whose token was asked for.
        account: String,
    },
    /// IAM knows no such service account, or it is disabled.
    NoSuchAccount {
        /// The service account.
        account: String,
    },
    /// The identity's token does not carry a scope that IAM accepts: the access scopes of a virtual machine, mostly.
    NarrowScope,
    /// IAM refuses the identity's token, and a fresh one too.
    SourceRefused,
    /// The token endpoint refuses the signed assertion for the service account's sake.
    AssertionRefused {
        /// The service account that signed it.
        account: String,
    },
    /// The identity provider's token cannot be had: its file or URL.
    SubjectToken {
        /// From where.
        place: String,
    },
    /// The Security Token Service does not exchange the identity provider's token.
    Federation(FederationFault),
    /// The refresh token of `gcloud auth application-default login` does no longer count.
    SignInAgain,
    /// The metadata server knows no service account: none is attached to this machine.
    NoneAttached,
    /// What answers in the metadata server's place is not one.
    NoMetadataServer,
    /// A service account of another cloud than Google's public one.
    ForeignUniverse {
        /// The metadata server's word.
        found: String,
    },
}

/// Why the Security Token Service refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FederationFault {
    /// The provider's attribute condition does not hold for this workload.
    AttributeCondition,
    /// The identity provider's token has expired.
    Expired,
    /// There is no such pool or provider, or it is disabled.
    NoProvider,
    /// For another reason: audience, issuer, signature, mapping.
    Refused,
}

impl KeylessFault {
    /// Whether a person has to grant something; otherwise it failed.
    pub(in crate::google) fn denied(&self) -> bool {
        match self {
            Self::MayNotSign { .. }
            | Self::MayNotImpersonate { .. }
            | Self::NoSuchAccount { .. }
            | Self::NarrowScope
            | Self::SourceRefused
            | Self::AssertionRefused { .. }
            | Self::Federation(_)
            | Self::SignInAgain
            | Self::NoneAttached => true,
            Self::SubjectToken { .. } | Self::NoMetadataServer | Self::ForeignUniverse { .. } => false,
        }
    }

    /// The next step, in one or two sentences for the person who can take it.
    pub(in crate::google) fn next_step(&self) -> String {
        const ACCOUNTS: &str = "https://console.cloud.google.com/iam-admin/serviceaccounts";
        match self {
            Self::MayNotSign { account } => format!(
                "Grant the identity that gwsaudit runs as the role Service Account Token Creator on {account} (a service \
                 account that signs for itself needs it on itself, too): gcloud iam service-accounts \
                 add-iam-policy-binding {account} --member=MEMBER --role=roles/iam.serviceAccountTokenCreator. It takes a \
                 few minutes to come into force."
            ),
            Self::MayNotImpersonate { account } => format!(
                "Grant the workload's principal the role Workload Identity User (roles/iam.workloadIdentityUser) on \
                 {account}, or another identity Service Account Token Creator \
                 (roles/iam.serviceAccountTokenCreator): gcloud iam service-accounts add-iam-policy-binding {account} \
                 --member=MEMBER --role=ROLE."
            ),
            Self::NoSuchAccount { account } => format!(
                "Check in {ACCOUNTS} that {account} exists and is enabled, and compare credentials.impersonate or the \
                 credential file."
            ),
            Self::NarrowScope => "Give the virtual machine the access scope cloud-platform (gcloud compute instances \
                 set-service-account INSTANCE --scopes=cloud-platform, while it is stopped); what it may do is decided \
                 by IAM."
                .to_owned(),
            Self::SourceRefused => format!(
                "See in {ACCOUNTS} whether the service account that gwsaudit starts from is disabled; of a person, whether \
                 the account is suspended."
            ),
            Self::AssertionRefused { account } => {
                format!("Check in {ACCOUNTS} that {account} exists and is enabled.")
            }
            Self::SubjectToken { .. } => "See that whatever provides the workload's token (a projected volume, an agent, \
                 the CI system) runs and that gwsaudit may read it; credential_source in the external_account file says \
                 where it is looked for."
                .to_owned(),
            Self::Federation(FederationFault::AttributeCondition) => {
                "Compare the claims of the workload's token with the provider's attribute condition: gcloud iam \
                 workload-identity-pools providers describe PROVIDER --workload-identity-pool=POOL --location=global."
                    .to_owned()
            }
            Self::Federation(FederationFault::Expired) => {
                "Let the workload's platform renew its token, and see that this machine's clock is right.".to_owned()
            }
            Self::Federation(FederationFault::NoProvider) => {
                "Compare \"audience\" in the external_account file with the pool and provider in \
                 https://console.cloud.google.com/iam-admin/workload-identity-pools; both must be enabled."
                    .to_owned()
            }
            Self::Federation(FederationFault::Refused) => {
                "Compare issuer, allowed audiences and attribute mapping of the provider in \
                 https://console.cloud.google.com/iam-admin/workload-identity-pools with the workload's token."
                    .to_owned()
            }
            Self::SignInAgain => "Run `gcloud auth application-default login` again.".to_owned(),
            Self::NoneAttached => {
                "Attach a service account to this machine, or set [credentials] in gwsaudit.toml.".to_owned()
            }
            Self::NoMetadataServer => {
                "Look at GCE_METADATA_HOST, and for a proxy between; outside Google Cloud set [credentials] in \
                 gwsaudit.toml."
                    .to_owned()
            }
            Self::ForeignUniverse { .. } => {
                "Use a service account of Google's public cloud: Google Workspace is there alone.".to_owned()
            }
        }
    }
}

impl fmt::Display for KeylessFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MayNotSign { account } => {
                write!(
                    f,
                    "the identity gwsaudit runs as may not sign for {account} (roles/iam.serviceAccountTokenCreator)"
                )
            }
            Self::MayNotImpersonate { account } => {
                write!(f, "the identity gwsaudit runs as may not get tokens of {account}")
            }
            Self::NoSuchAccount { account } => write!(f, "there is no service account {account}"),
            Self::NarrowScope => f.write_str("the access scopes of this machine's service account do not cover IAM"),
            Self::SourceRefused => f.write_str("the token of the identity gwsaudit runs as was refused"),
            Self::AssertionRefused { account } => write!(f, "the assertion of {account} was refused"),
            Self::SubjectToken { place } => write!(f, "no token of the workload's identity provider in {place}"),
            Self::Federation(FederationFault::AttributeCondition) => {
                f.write_str("the provider's attribute condition refuses this workload")
            }
            Self::Federation(FederationFault::Expired) => f.write_str("the workload's token has expired"),
            Self::Federation(FederationFault::NoProvider) => {
                f.write_str("the workload identity pool or provider is not there, or disabled")
            }
            Self::Federation(FederationFault::Refused) => f.write_str("the workload's token was refused"),
            Self::SignInAgain => f.write_str("the person's sign-in with gcloud no longer counts"),
            Self::NoneAttached => f.write_str("no service account is attached to this machine"),
            Self::NoMetadataServer => f.write_str("what answers is not Google's metadata server"),
            Self::ForeignUniverse { found } => write!(f, "this machine's service account is in {found}"),
        }
    }
}
