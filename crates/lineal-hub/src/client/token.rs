//! Who is asking?

use std::fmt;

/// A secret that opens a hub to its owner. It is sent to that hub and shown to nobody.
#[derive(Clone)]
pub struct Token(String);

#[derive(Debug, thiserror::Error)]
#[error("the token has characters that no token has (it is not shown here)")]
pub struct InvalidToken;

impl Token {
    /// Takes a token as it was found, less the blanks around it.
    ///
    /// # Errors
    /// When it could not be sent as part of a header.
    pub fn new(text: &str) -> Result<Token, InvalidToken> {
        let text = text.trim();
        let is_sendable = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        if is_sendable && text.len() <= 4096 { Ok(Token(text.to_owned())) } else { Err(InvalidToken) }
    }

    /// The secret itself, to be sent to the hub.
    pub(super) fn secret(&self) -> &str {
        &self.0
    }

    /// Blacks the secret out of what a hub sent, in case it sends it back.
    pub(super) fn black_out(&self, bytes: &mut [u8]) {
        let mut from = 0;
        while let Some(found) = memchr::memmem::find(&bytes[from..], self.0.as_bytes()) {
            let start = from + found;
            from = start + self.0.len();
            bytes[start..from].fill(b'*');
        }
    }

    /// The same for a text.
    pub(super) fn blacked_out(&self, text: &str) -> String {
        text.replace(&self.0, &"*".repeat(self.0.len()))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("Token(not shown)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_not_shown() {
        let token = Token::new(" hf_secret\n").expect("a token");
        assert_eq!(
            format!("{token:?} {:?}", Token::new("a b").map(drop)),
            "Token(not shown) Err(InvalidToken)"
        );
        assert_eq!(token.secret(), "hf_secret");
        assert!(Token::new("").is_err() && Token::new("a\nb").is_err());
    }

    #[test]
    fn a_token_sent_back_is_blacked_out() {
        let token = Token::new("abc").expect("a token");
        let mut body = *b"xabcabcabx";
        token.black_out(&mut body);
        assert_eq!(body, *b"x******abx");
        assert_eq!(token.blacked_out("-abc-"), "-***-");
    }
}
