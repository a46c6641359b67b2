//! stand-in
/// x
#[derive(Debug, Clone)]
pub struct Endpoint(pub String);
impl std::str::FromStr for Endpoint {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        Ok(Self(s.into()))
    }
}
