use serde_json::json;

use super::world::World;

fn one(domain: &str) -> World {
    World::new().domain(domain, "secondary")
}

fn spf(texts: &[&str], field: &str) -> String {
    one("example.com").txt("example.com", texts).see(&format!("domains.0.spf.0.{field}"))
}

#[test]
fn kinds_and_aliases() {
    let world = World::new().domain("example.com", "primary").with(
        "domain",
        json!({"domainName": "example.org", "isPrimary": false, "verified": false, "domainAliases": [
            {"domainAliasName": "example.net", "verified": true}]}),
    );
    assert_eq!(world.see("domains"), "[example.com, example.net, example.org]");
    assert_eq!(world.see("domains.1.kind"), "alias");
    assert_eq!(world.see("domains.2.kind"), "secondary");
    assert_eq!(world.see("domains.2.verified"), "false");
    assert_eq!(world.see("primary_domain"), "example.com");
    assert_eq!(world.denied("directory.domains").see("domains"), "?");
    let moved = World::new().domain("example.org", "primary");
    assert_eq!(moved.see("primary_domain"), "?", "the customer's record names another");
}

#[test]
fn failed_and_missing_are_not_the_same() {
    let names = ["example.com", "_dmarc.example.com", "google._domainkey.example.com"];
    let (mut none, mut failed) = (one("example.com"), one("example.com"));
    for name in names {
        none = none.txt(name, &[]);
        failed = failed.dns_fails(name);
    }
    for list in ["spf", "dmarc", "dkim"] {
        let path = format!("domains.0.{list}");
        assert_eq!(none.see(&path), "[]");
        assert_eq!(failed.see(&path), "?");
        assert_eq!(one("example.com").see(&path), "?", "nobody asked");
        assert_eq!(none.clone().denied("dns").see(&path), "?");
    }
    assert_eq!(none.see("domains.0.dmarc_inherited"), "false");
    assert_eq!(failed.see("domains.0.dmarc_inherited"), "?");
    let (_, trace) = failed.tenant();
    assert!(trace.gaps.iter().any(|gap| gap.why == "TXT example.com could not be looked up: timed out"));
}

#[test]
fn spf_records() {
    let google = "v=spf1 include:_spf.google.com ~all";
    assert_eq!(spf(&["site-verification=1", google], "all"), "~");
    assert_eq!(spf(&[google], "includes"), "[_spf.google.com]");
    assert_eq!(spf(&["v=spf1"], "all"), "");
    assert_eq!(spf(&["v=spf1 bogus -all"], "all"), "", "receivers give it up");
    let two = one("example.com").txt("example.com", &[google, "v=spf1 -all"]);
    assert_eq!(two.see("domains.0.spf"), format!("[{google}, v=spf1 -all]"));
}

#[test]
fn redirects_are_followed() {
    let chain = |last: usize, end: &str| {
        let mut world = one("example.com").txt("example.com", &["v=spf1 include:a.example redirect=r1.example"]);
        for step in 1..last {
            world = world.txt(&format!("r{step}.example"), &[&format!("v=spf1 redirect=r{}.example", step + 1)]);
        }
        world.txt(&format!("r{last}.example"), &[end])
    };
    let end = "v=spf1 include:b.example -all";
    assert_eq!(chain(1, end).see("domains.0.spf.0.all"), "-");
    assert_eq!(chain(1, end).see("domains.0.spf.0.includes"), "[a.example, b.example]");
    assert_eq!(chain(1, end).see("domains.0.spf.0.redirect"), "r1.example");
    assert_eq!(chain(5, end).see("domains.0.spf.0.all"), "-");
    assert_eq!(chain(6, end).see("domains.0.spf.0.all"), "?");
    assert_eq!(chain(2, "v=spf1 redirect=r1.example").see("domains.0.spf.0.all"), "", "a circle");
    assert_eq!(chain(1, "no record").see("domains.0.spf.0.all"), "");
    let open = one("example.com").txt("example.com", &["v=spf1 include:a.example redirect=r1.example"]);
    assert_eq!(open.see("domains.0.spf.0.all"), "?");
    assert_eq!(open.see("domains.0.spf.0.includes"), "[a.example, ...]");
    assert_eq!(open.dns_fails("r1.example").see("domains.0.spf.0.all"), "?");
    assert_eq!(spf(&["v=spf1 redirect=%{d}.example"], "all"), "?");
}

#[test]
fn policies_of_the_organisational_domain() {
    let world = one("mail.example.co.uk").txt("_dmarc.mail.example.co.uk", &[]);
    let inherited = world.clone().txt("_dmarc.example.co.uk", &["v=DMARC1; p=reject; sp=none"]);
    assert_eq!(inherited.see("domains.0.dmarc.0.policy"), "reject");
    assert_eq!(inherited.see("domains.0.dmarc.0.subdomain_policy"), "none");
    assert_eq!(inherited.see("domains.0.dmarc_inherited"), "true");
    assert_eq!(world.see("domains.0.dmarc"), "?", "the organisational domain was not asked");
    let neither = world.txt("_dmarc.example.co.uk", &["v=spf1 -all"]);
    assert_eq!(neither.see("domains.0.dmarc"), "[]");
    assert_eq!(neither.see("domains.0.dmarc_inherited"), "false");
    let own = one("mail.example.co.uk")
        .txt("_dmarc.mail.example.co.uk", &["v=DMARC1; p=none"])
        .txt("_dmarc.example.co.uk", &["v=DMARC1; p=reject"]);
    assert_eq!(own.see("domains.0.dmarc.0.policy"), "none");
    assert_eq!(own.see("domains.0.dmarc_inherited"), "false");
}

#[test]
fn two_policies_are_told_apart_from_one_that_says_two_things() {
    let two = one("example.com").txt("_dmarc.example.com", &["v=DMARC1; p=none", "v=DMARC1; p=reject"]);
    assert_eq!(two.see("domains.0.dmarc"), "[v=DMARC1; p=none, v=DMARC1; p=reject]");
    let torn = one("example.com").txt("_dmarc.example.com", &["v=DMARC1; p=none; p=reject"]);
    let (seen, trace) = torn.tenant();
    assert_eq!(seen.see("domains.0.dmarc.0.policy"), "?");
    assert!(trace.gaps.iter().any(|gap| gap.why.contains("two different p tags")));
}

#[test]
fn keys_by_selector() {
    let world = one("example.com")
        .txt("google._domainkey.example.com", &["v=DKIM1; k=rsa; p=MIIB"])
        .txt("old.2019._domainkey.example.com", &["k=rsa; p="])
        .txt("selector1._domainkey.example.com", &["a wildcard's text"]);
    assert_eq!(world.see("domains.0.dkim"), "[google, old.2019]");
    assert_eq!(world.see("domains.0.dkim.1.text"), "k=rsa; p=", "a revoked key stays as it is");
    assert_eq!(world.clone().dns_fails("x._domainkey.example.com").see("domains.0.dkim"), "[google, old.2019, ...]");
    let of = |line: &serde_json::Value| line["data"]["name"] == "selector1._domainkey.example.com";
    let line = world.lines.iter().position(of).expect("such a line");
    assert_eq!(world.lost(line).see("domains.0.dkim"), "[google, old.2019, ...]");
}
