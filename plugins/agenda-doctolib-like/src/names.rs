//! Names of people and of motives, compared as a person would.

/// A name in lower case, without accents, blanks and signs.
pub fn folded(name: &str) -> String {
    words(name).concat()
}

/// Whether a vendor's label says what an id of the practice says: all of the id's words are in it.
pub fn is_meant(id: &str, label: &str) -> bool {
    let (id, label) = (words(id), words(label));
    !id.is_empty() && id.iter().all(|word| label.contains(word))
}

fn words(text: &str) -> Vec<String> {
    let mut plain = String::new();
    for sign in text.chars().take(200).flat_map(char::to_lowercase) {
        match sign {
            'à'..='å' => plain.push('a'),
            'æ' => plain.push_str("ae"),
            'ç' => plain.push('c'),
            'è'..='ë' => plain.push('e'),
            'ì'..='ï' => plain.push('i'),
            'ñ' => plain.push('n'),
            'ò'..='ö' => plain.push('o'),
            'ù'..='ü' => plain.push('u'),
            'ý' | 'ÿ' => plain.push('y'),
            'œ' => plain.push_str("oe"),
            // Accents that stand by themselves (NFD).
            '\u{300}'..='\u{36f}' => {}
            sign if sign.is_alphanumeric() => plain.push(sign),
            _ => plain.push(' '),
        }
    }
    plain.split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_without_case_accents_and_signs() {
        for other in ["NOEL LEFEVRE", "Noël-Lefèvre", "noe\u{308}l  lefevre", "Noël Lefèvre"] {
            assert_eq!(folded(other), "noellefevre", "{other}");
        }
        assert_ne!(folded("Martin"), folded("Marti"));
        assert_eq!(folded("O'Brien Œuvrard"), "obrienoeuvrard");
    }

    #[test]
    fn a_label_is_meant_when_it_has_all_words_of_the_id() {
        assert!(is_meant("consultation-suivi", "Consultation de suivi"));
        assert!(is_meant("dr-martin", "Dr Camille Martin"));
        assert!(!is_meant("consultation-suivi", "Consultation"));
        assert!(!is_meant("--", "Consultation"));
    }
}
