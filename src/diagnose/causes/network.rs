use super::Advice;

/// What an answer of the token endpoint would look like, of which there is none.
const OWN: &str = "https://www.rfc-editor.org/rfc/rfc6749#section-5.2";

pub(in super::super) const NETWORK: Advice = Advice {
    title: "No connection to Google came about",
    means: "A name was not found, or nobody answered: a matter of DNS, proxy or firewall between the app and Google, not of the grant",
    steps: &[
        "From the machine that failed, look up and open https://oauth2.googleapis.com",
        "Let proxy and firewall through to *.googleapis.com and accounts.google.com, port 443",
    ],
    console_url: None,
    tells_apart: "There is no answer of Google's in the text at all",
    sources: &[OWN],
    candidates: &[],
};

pub(in super::super) const TLS: Advice = Advice {
    title: "The certificate that answered for Google is not trusted",
    means: "A proxy that looks into TLS answers with a certificate of its own, or the machine's list of authorities is missing or old",
    steps: &[
        "Install the proxy's authority where the app looks for it, or exempt Google's hosts from inspection",
        "Update the machine's certificate authorities, and see its clock",
    ],
    console_url: None,
    tells_apart: "",
    sources: &[OWN],
    candidates: &[],
};
