//! What a practice may be called. Its id is the name of its folder, a part of
//! addresses, and the prefix of its secrets in the environment: no id may be
//! taken for another anywhere.

/// Longest id, in bytes: that of a part of a host name.
const LONGEST_BYTES: usize = 63;

/// What an id is made of, as a remedy.
pub const HINT: &str = "use 1 to 63 lower case letters and digits, with single hyphens between them";

/// Whether a text is an id: `[a-z0-9]+(-[a-z0-9]+)*`, at most 63 bytes.
pub fn is_plain(text: &str) -> bool {
    let part =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    text.len() <= LONGEST_BYTES && text.split('-').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_words_of_small_letters_and_digits_with_single_hyphens() {
        let longest = "a".repeat(LONGEST_BYTES);
        for good in ["a", "7", "les-tilleuls", "a-1-b", longest.as_str()] {
            assert!(is_plain(good), "{good}");
        }
        let longer = "a".repeat(LONGEST_BYTES + 1);
        for bad in
            ["", "-", "-a", "a-", "a--b", "A", "é", "a b", "a_b", "a/b", "..", ".", "a.toml", "a\0", longer.as_str()]
        {
            assert!(!is_plain(bad), "{bad}");
        }
    }
}
