//! What is said at each moment, and the sentences of the recap. Every line can be read
//! aloud as it stands.

use serde::{Deserialize, Serialize};

/// What is said, by the moment. `{by}` is the hour of a promise: "aujourd'hui avant 18 h".
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub(crate) struct Phrases {
    pub identification: String,
    pub request: String,
    /// Brings a caller back to the subject.
    pub park: String,
    /// Meets a caller who is angry.
    pub upset: String,
    pub triage: String,
    /// `{number}`: the number to call.
    pub emergency: String,
    pub transfer: String,
    /// Something has to be looked at, or done, today.
    pub today: String,
    /// At once.
    pub at_once: String,
    /// What was told is written down.
    pub noted: String,
    pub proposal: String,
    /// `{when}` `{practitioner}`
    pub slot_offered: String,
    pub slot_pending: String,
    pub slot_confirmed: String,
    /// An appointment that stood has another hour.
    pub slot_moved: String,
    pub slot_refused: String,
    /// `{by}`
    pub slot_to_verify: String,
    /// `{by}`
    pub no_slot: String,
    /// `{by}`
    pub callback: String,
    /// `{by}`
    pub decision: String,
    /// `{by}`
    pub message: String,
    /// `{by}`
    pub document: String,
    /// `{by}`
    pub laboratory: String,
    /// To somebody who wants a practitioner on the telephone.
    pub reach: String,
    pub redirect: String,
    pub recontact: String,
    pub move_appointment: String,
    pub cancel_appointment: String,
    pub confirm_appointment: String,
    pub requirements: String,
    pub read_back: String,
    pub closing: String,
    pub commercial: String,
    pub wrong_number: String,
    /// To a relative who asks for what cannot be told.
    pub confidential: String,
    /// For the operator, when somebody speaks for the patient.
    pub third_party: String,
    /// For the operator, on a medical motive.
    pub no_advice: String,
}

impl Default for Phrases {
    fn default() -> Self {
        let text = str::to_owned;
        Self {
            identification: text("Je note."),
            request: text("D'accord."),
            park: text("Si la conversation s'éloigne : « Je le note, et je reviens à votre demande. »"),
            upset: text("Si le ton monte : « Je comprends. Voyons ensemble ce que je peux faire. »"),
            triage: text("J'ai quelques questions à vous poser, pour savoir ce que je peux vous proposer."),
            emergency: text("C'est urgent : il faut joindre le {number} tout de suite. Restez en ligne avec moi."),
            transfer: text("Ne quittez pas, je vous mets en relation."),
            today: text("On s'en occupe aujourd'hui."),
            at_once: text("Je m'en occupe tout de suite."),
            noted: text("Bien."),
            proposal: text("Je regarde ce que je peux vous proposer."),
            slot_offered: text("Je peux vous proposer {when} avec {practitioner}, cela vous irait ?"),
            slot_pending: text("Un instant, j'enregistre le rendez-vous."),
            slot_confirmed: text("C'est fait, le rendez-vous est pris."),
            slot_moved: text("C'est fait, le rendez-vous est déplacé."),
            slot_refused: text("Cet horaire vient d'être pris. Je vous en propose un autre."),
            slot_to_verify: text("Je dois encore vérifier le rendez-vous. Nous vous le confirmons {by}."),
            no_slot: text("Je n'ai plus de place d'ici là. Nous vous rappelons {by}."),
            callback: text("Le médecin vous rappelle {by}."),
            decision: text("Le médecin regarde votre demande, et vous aurez une réponse {by}."),
            message: text("Je transmets votre message, et vous aurez une réponse {by}."),
            document: text("Le document sera prêt {by}."),
            laboratory: text("Je transmets ce résultat au médecin, qui vous confirme l'avoir reçu {by}."),
            reach: text("Je ne peux pas interrompre le médecin, mais je lui transmets un message de votre part."),
            redirect: text("Un autre service vous répondra mieux que nous."),
            recontact: text("Nous reprenons contact avec vous."),
            move_appointment: text("Je regarde les autres horaires."),
            cancel_appointment: text("J'annule le rendez-vous."),
            confirm_appointment: text("Je vérifie le rendez-vous."),
            requirements: text("Encore une chose."),
            read_back: text("Je récapitule :"),
            closing: text("Merci de votre appel, au revoir."),
            commercial: text("Je vous remercie, mais le cabinet ne répond pas au démarchage. Au revoir."),
            wrong_number: text("Je vous en prie, au revoir."),
            confidential: text(
                "Je comprends, mais je ne peux rien vous dire : c'est le secret médical, même pour les proches. Il \
                 faudrait que la personne nous appelle elle-même.",
            ),
            third_party: text(
                "L'appelant n'est pas le patient : ne rien confirmer de sa santé ni de ses rendez-vous passés.",
            ),
            no_advice: text("Noter ce qui est dit, sans l'interpréter. Jamais d'avis médical."),
        }
    }
}

/// Sentences of the recap, with what they are filled from.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub(crate) struct Templates {
    /// `{given}` `{family}`: the first part of a sentence
    pub patient: String,
    /// `{date}`: the second part
    pub birth_date: String,
    /// `{number}`
    pub phone: String,
    /// `{motive}`: health data, left out of the discreet text.
    pub motive: String,
    /// `{when}` `{practitioner}`: the sentence of `practitioner`, or nothing
    pub appointment: String,
    /// `{practitioner}`
    pub practitioner: String,
    /// `{site}`
    pub site: String,
    /// `{documents}`
    pub documents: String,
    /// `{minutes}`
    pub arrive_early: String,
    /// `{said}` `{by}`: a promise that the phrases do not know
    pub commitment: String,
    /// `{value}`
    pub laboratory: String,
}

impl Default for Templates {
    fn default() -> Self {
        let text = str::to_owned;
        Self {
            patient: text("{given} {family}"),
            birth_date: text("{date}"),
            phone: text("Je peux vous joindre au {number}."),
            motive: text("C'est pour {motive}."),
            appointment: text("Le rendez-vous est {when}{practitioner}."),
            practitioner: text(", avec {practitioner}"),
            site: text("Le lieu, c'est {site}."),
            documents: text("Pensez à apporter {documents}."),
            arrive_early: text("Merci d'arriver {minutes} minutes en avance."),
            commitment: text("{said} Vous aurez une réponse {by}."),
            laboratory: text("Le résultat que je note : {value}."),
        }
    }
}
