use super::{Fault, Sources, compile};

fn sources(french: &str, english: &str) -> Sources {
    let area = |text: &str| [("rules".to_owned(), text.to_owned())].into();
    [("fr".to_owned(), area(french)), ("en".to_owned(), area(english))].into()
}

fn faults(french: &str, english: &str) -> Vec<Fault> {
    compile(&sources(french, english)).expect_err("the files are wrong")
}

/// The one fault of two files, as the build shows it.
fn fault(french: &str, english: &str) -> String {
    let faults = faults(french, english);
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults[0].to_string()
}

#[test]
fn a_key_becomes_a_function_with_its_arguments_in_the_order_of_the_alphabet() {
    let module = compile(&sources(
        "late = \"{who} est en retard de {minutes:number} minutes, {why:text}.\"",
        "late = \"{why:text}: {who} is {minutes:number} minutes late.\"",
    ))
    .unwrap();
    assert!(module.contains("pub mod rules {"), "{module}");
    assert!(
        module
            .contains("pub fn late(minutes: impl Into<crate::Number>, who: &str, why: &crate::Text) -> crate::Text {"),
        "{module}"
    );
}

#[test]
fn the_locale_files_of_the_crate_compile() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("locales");
    let compiled = super::read(&folder).and_then(|sources| compile(&sources));
    assert!(compiled.is_ok(), "{compiled:?}");
}

#[test]
fn a_key_of_one_language_names_the_file_that_lacks_it() {
    assert_eq!(
        fault("a = \"A\"\nb = \"B\"", "a = \"A\""),
        "locales/en/rules.toml: b: it stands in another language only; write it in every language"
    );
    assert_eq!(
        fault("", "b = \"B\""),
        "locales/fr/rules.toml: b: it stands in another language only; write it in every language"
    );
}

#[test]
fn an_area_of_one_language_lacks_its_keys() {
    let mut only_french = sources("a = \"A\"", "");
    only_french.get_mut("en").unwrap().clear();
    let faults = compile(&only_french).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert_eq!((faults[0].file.as_str(), faults[0].key.as_deref()), ("locales/en/rules.toml", Some("a")));
}

#[test]
fn arguments_must_be_the_same_in_every_language() {
    assert_eq!(
        fault("a = \"{day} {hour}\"", "a = \"{day}\""),
        "locales/en/rules.toml: a: it has {day}, and in French {day} {hour}; name the same arguments with the same types"
    );
    assert_eq!(
        fault("a = \"{n:number} jours\"", "a = \"{n} days\""),
        "locales/en/rules.toml: a: it has {n}, and in French {n:number}; name the same arguments with the same types"
    );
    assert!(fault("a = \"rien\"", "a = \"{n}\"").contains("it has {n}, and in French no arguments"));
}

#[test]
fn keys_arguments_and_areas_are_snake_case_and_no_words_of_rust() {
    for key in ["aB", "a-b", "a__b", "_a", "a_", "1a", "\"é\"", "move", "type"] {
        let both = format!("{key} = \"A\"");
        let shown = faults(&both, &both);
        assert_eq!(shown.len(), 2, "one in each file: {shown:?}");
        assert!(shown[0].to_string().contains("the key is no snake_case name"), "{shown:?}");
    }
    assert!(fault("a = \"{B}\"", "a = \"{b}\"").contains("the argument is no snake_case name"));
    let mut named = sources("", "");
    named.get_mut("fr").unwrap().insert("Rules".to_owned(), String::new());
    let shown = compile(&named).unwrap_err()[0].to_string();
    assert!(shown.starts_with("locales/fr/Rules.toml: the area is no snake_case name; "), "{shown}");
}

#[test]
fn an_empty_text_is_refused() {
    for text in ["", " ", "\\n"] {
        let shown = fault(&format!("a = \"{text}\""), "a = \"A\"");
        assert!(shown.starts_with("locales/fr/rules.toml: a: the text is empty; "), "{shown}");
    }
}

#[test]
fn a_brace_that_is_not_balanced_is_refused() {
    for text in ["{", "}", "a { b", "a } b", "{a", "a}", "{{a}}", "{a{b}}", "{a}}"] {
        let shown = fault(&format!("a = \"{text}\""), "a = \"{a}\"");
        assert!(shown.starts_with("locales/fr/rules.toml: a: a brace is not balanced; "), "{text}: {shown}");
    }
}

#[test]
fn an_argument_has_one_known_type() {
    assert!(fault("a = \"{n:date}\"", "a = \"{n}\"").contains("argument \"n\" has the unknown type \"date\""));
    assert!(fault("a = \"{n:number} {n}\"", "a = \"{n}\"").contains("argument \"n\" has two types"));
    let forms = "[a]\nby = \"n\"\none = \"{n:number} {m}\"\nother = \"{n:number} {m:number}\"";
    assert!(fault(forms, "a = \"{n:number} {m}\"").contains("argument \"m\" has two types"));
}

#[test]
fn plural_forms_are_whole() {
    let right = "[a]\nby = \"n\"\none = \"{n:number} jour\"\nother = \"{n:number} jours\"";
    assert!(compile(&sources(right, "a = \"days: {n:number}\"")).is_ok());
    for (forms, what) in [
        ("[a]\nby = \"n\"\none = \"un\"", "\"other\" is missing, or no text"),
        ("[a]\none = \"{n:number}\"\nother = \"{n:number}\"", "\"by\" is missing, or no text"),
        ("[a]\nby = \"n\"\none = \"{n:number}\"\nother = \"{n:number}\"\nfew = \"x\"", "\"few\" is an unknown key"),
        ("[a]\nby = \"m\"\none = \"{n:number}\"\nother = \"{n:number}\"", "by names \"m\", which is no number"),
        ("[a]\nby = \"n\"\none = \"{n}\"\nother = \"{n}\"", "by names \"n\", which is no number"),
    ] {
        let shown = fault(forms, "a = \"days: {n:number}\"");
        assert!(shown.contains(what), "{shown}");
    }
}

#[test]
fn what_is_no_text_and_what_is_no_toml_is_refused() {
    assert!(fault("a = 3", "a = \"A\"").contains("it is no text"));
    let shown = faults("a = \"A\"\na = \"B\"", "");
    assert!(shown[0].to_string().starts_with("locales/fr/rules.toml: it is not TOML: "), "{shown:?}");
}

#[test]
fn every_fault_of_every_file_is_found_at_once() {
    assert_eq!(faults("a = \"\"\nb = \"{\"\nc = \"C\"", "a = \"A\"\nb = \"B\"\nd = \"D\"").len(), 4);
}
