//! Who asks?

use crate::server::{Settings, refusal::Refusal};
use axum::http::{HeaderMap, header};
use std::net::IpAddr;

/// Whoever shares a quota: one token, or one address without a token.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Client {
    Token(String),
    Anonymous(IpAddr),
}

impl Client {
    /// Returns who sends these headers; a token that nobody was given is refused.
    pub fn of(headers: &HeaderMap, address: IpAddr, settings: &Settings) -> Result<Client, Refusal> {
        let Some(sent) = headers.get(header::AUTHORIZATION) else { return Ok(Client::Anonymous(address)) };
        let token = sent.to_str().ok().and_then(|sent| sent.strip_prefix("Bearer ")).map(str::trim);
        match token.filter(|token| settings.tokens.iter().any(|known| known == token)) {
            Some(token) => Ok(Client::Token(token.to_owned())),
            None => Err(Refusal::UnknownToken),
        }
    }

    pub fn is_anonymous(&self) -> bool {
        matches!(self, Client::Anonymous(_))
    }
}
