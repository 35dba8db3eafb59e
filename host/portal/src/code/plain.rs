//! A code as it is compared.

use unicode_normalization::UnicodeNormalization as _;

/// The code as it is checked, hashed and compared: without the blanks that a keyboard puts
/// around it, and composed (NFC), for one keyboard writes « é » as one character and
/// another as two.
pub(super) fn plain(code: &str) -> String {
    code.trim().nfc().collect()
}
