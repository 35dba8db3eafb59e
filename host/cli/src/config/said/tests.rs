use serde_json::json;

use super::*;

#[test]
fn every_text_is_looked_at_where_it_stands() {
    let settings = json!({
        "protocols": [{
            "id": "consultation",
            "source": "« Prenez deux aspirines », une mauvaise idée",
            "questions": [
                { "spoken": "Toussez-vous ?", "choices": [{ "label": "Ce n'est pas grave" }] },
                { "spoken": "Ce n'est rien, prenez du repos." },
            ],
        }],
        "phrases": { "closing": "Ce\u{a0}n'est\u{a0}rien" },
    });
    let found: Vec<String> = findings(&settings).into_iter().map(|one| one.path).collect();
    assert_eq!(found, ["/phrases/closing", "/protocols/0/questions/1/spoken"]);
}

/// What is wrong with a text, errors before `|`, warnings after.
fn wrong(text: &str, of: Of) -> String {
    let words = [
        ("téléphone", "number"),
        ("n'est le numéro d'aucun", "premium"),
        ("donne le numéro", "short"),
        ("n'est pas un service", "service"),
        ("une dose", "medicine"),
        ("rassure", "reassurance"),
        ("diagnostic", "diagnosis"),
        ("conseil de soin", "advice"),
        ("nomme un médicament", "drug"),
    ];
    let mut said = (Vec::new(), Vec::new());
    for (severity, message) in faults(text, of) {
        let word = words.iter().find(|(part, _)| message.contains(part)).map_or("?", |(_, word)| word);
        match severity {
            FindingSeverity::Error => said.0.push(word),
            FindingSeverity::Warning => said.1.push(word),
        }
    }
    format!("{} | {}", said.0.join(" "), said.1.join(" ")).trim().to_owned()
}

#[test]
fn what_may_not_be_said_is_found_whatever_its_form() {
    for (text, expected) in [
        ("Prenez deux aspirines.", "medicine | drug"),
        ("Prenez deux aspirines, d'accord ?", "medicine | drug"),
        ("Vous toussez ? Prenez un sirop.", "medicine |"),
        ("Pre\u{200b}nez deux aspi\u{ad}rines.", "medicine | drug"),
        ("Un comprimé trois fois par jour.", "medicine |"),
        ("Donnez-lui une demi-cuillère matin et soir.", "medicine |"),
        ("Il prend deux bouffées de Ventoline.", "medicine | drug"),
        ("Mettez de la glace.", "advice |"),
        ("Allongez-vous et rappelez.", "advice |"),
        ("Rassurez-vous ?", "reassurance |"),
        ("Cela passera tout seul.", "reassurance |"),
        ("C'est sans doute une angine.", "diagnosis |"),
        ("Suspicion de méningite.", "diagnosis |"),
        ("Appelez le 08 99 12 34 56.", "number |"),
        ("Appelez le 08/99/12/34/56.", "number |"),
        ("Appelez le ０８９９１２３４５６.", "number |"),
        ("Appelez le zéro huit quatre-vingt-dix-neuf douze.", "number |"),
        ("Faites le 3624 sans attendre.", "premium |"),
        ("Si cela s'aggrave, faites le 15.", "| short"),
        ("Appelez le 3114 maintenant.", "| short"),
        ("Faites le {service.sammu}.", "service |"),
    ] {
        assert_eq!(wrong(text, Of::Content), expected, "{text}");
    }
}

#[test]
fn what_is_said_every_day_is_left_alone() {
    for text in [
        "Si cela s'aggrave, rappelez-nous, ou faites le {service.samu}.",
        "Prenez-vous des médicaments en ce moment ?",
        "Combien de jours de traitement vous reste-t-il ?",
        "Avez-vous plus de 38,5 de fièvre depuis 3 jours ?",
        "Avez-vous une angine ?",
        "Le docteur vous rappelle avant 18 h 30.",
        "Je vous propose le 15 mars à 10 h.",
        "Pouvez-vous nous rappeler le 12 à 9 heures ?",
        "Fermé du 01/02/2026 au 08/02/2026.",
        "Prenez rendez-vous pour renouveler votre traitement.",
        "Apportez votre carte Vitale et votre ordonnance.",
        "Depuis combien de temps est-il fatigué ?",
        "Je vous demande de ne pas rester seul.",
        "Votre rendez-vous est confirmé. Merci d'arriver {minutes} minutes en avance.",
        "Date de naissance : {date}.",
    ] {
        assert_eq!(wrong(text, Of::Content), "|", "{text}");
    }
}

#[test]
fn an_instruction_may_prepare_and_give_the_practice_s_number() {
    assert_eq!(wrong("Notre numéro est le 01 99 00 00 01.", Of::Instruction), "|");
    assert_eq!(wrong("Ne mangez pas avant la prise de sang.", Of::Instruction), "| advice");
    assert_eq!(wrong("Prenez 500 mg de paracétamol.", Of::Instruction), "medicine | drug");
}

#[test]
fn every_finding_says_what_to_do() {
    for text in
        ["Prenez deux aspirines.", "Ce n'est rien.", "Vous avez une angine.", "Mettez de la glace.", "faites le 15"]
    {
        for (_, message) in faults(text, Of::Content) {
            assert!(message.contains(" : "), "{message}");
        }
    }
}
