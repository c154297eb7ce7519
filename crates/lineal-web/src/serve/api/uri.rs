//! How is any text written into an address, and read from one?

/// Reads a part of an address; `None` if it is not UTF-8. In queries a plus sign is a space.
pub fn decode(text: &str, is_query: bool) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let escaped = (*first == b'%').then(|| rest.first_chunk()).flatten().and_then(byte);
        bytes.push(match escaped {
            Some(byte) => {
                rest = &rest[2..];
                byte
            }
            None if is_query && *first == b'+' => b' ',
            None => *first,
        });
    }
    String::from_utf8(bytes).ok()
}

/// Reads two hexadecimal digits.
fn byte(digits: &[u8; 2]) -> Option<u8> {
    let digit = |at: usize| char::from(digits[at]).to_digit(16);
    Some((digit(0)? * 16 + digit(1)?) as u8)
}

/// Writes a text so that it can stand anywhere in an address; slashes stay what they are in a path.
pub fn encode(text: &str, is_path: bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(byte.into()),
            b'/' if is_path => encoded.push('/'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_comes_back_from_an_address() {
        for text in ["", "a/b", "é%\0\u{202e}\"<>&+ =?#", "%2e%2e", "%", "%4"] {
            for is_path in [false, true] {
                let encoded = encode(text, is_path);
                assert!(encoded.is_ascii(), "{encoded}");
                assert_eq!(decode(&encoded, !is_path).as_deref(), Some(text));
            }
        }
        assert_eq!(encode("a/b c", true), "a/b%20c");
    }

    #[test]
    fn what_is_not_escaped_well_stays_as_it_is() {
        assert_eq!(decode("100%+%4", true).as_deref(), Some("100% %4"));
        assert_eq!(decode("a+b%zz", false).as_deref(), Some("a+b%zz"));
        assert_eq!(decode("%ff", false), None);
    }
}
