//! Slots and bookings of a contact.

use std::time::Duration;

use greffon_core::model::audit::Role;
use greffon_core::model::outside_failure::FailureClass;
use greffon_core::ports::clock::Clock as _;
use greffon_simulation::{Effect, Fault};
use serde_json::{Value, json};

use super::support::{Answer, TestApp, instant};

async fn book(app: &TestApp, contact: &str, op_id: &str, slot: &Value) -> Answer {
    app.post(Role::Secretary, &format!("{contact}/bookings"), &json!({ "op_id": op_id, "slot": slot })).await
}

#[tokio::test]
async fn slots_are_offered_with_rfc_3339_times() {
    let app = TestApp::new();
    let contact = app.concluded().await;
    let query = "from=2026-11-23T13:00:00%2B01:00&to=2026-11-23T16:00:00Z&practitioner=dr-martin&limit=3";
    let offer = app.get(Role::Secretary, &format!("{contact}/slots?{query}")).await.expect(200).json();
    assert_eq!(offer["complete"], true);
    assert_eq!(offer["unavailable"], json!([]));
    assert_eq!(offer["slots"].as_array().unwrap().len(), 3);
    insta::assert_json_snapshot!(offer["slots"][0], @r#"
    {
      "agenda": "dr-martin",
      "audience": {
        "cpts": false,
        "own_patients": false,
        "professional": false,
        "public": false,
        "snp": false
      },
      "booking_url": null,
      "end": "2026-11-23T13:15:00Z",
      "feature": "agenda",
      "handle": null,
      "modes": [
        "office"
      ],
      "motives": [
        "consultation"
      ],
      "practitioner": "dr-martin",
      "seats_left": 1,
      "site": "nord",
      "spoken": "Je peux vous proposer aujourd'hui à 14 h avec le docteur Claire Martin, cela vous irait ?",
      "start": "2026-11-23T13:00:00Z",
      "state": "free",
      "version": null
    }
    "#);
}

#[tokio::test]
async fn a_wish_that_makes_no_sense_is_named() {
    let app = TestApp::new();
    let contact = app.concluded().await;
    for (query, problem) in [
        ("limit=0", "422 invalid limit"),
        ("limit=101", "422 invalid limit"),
        ("from=2026-11-23T13:00:00Z", "422 invalid to"),
        ("from=2026-11-23T13:00:00+01:00&to=2026-11-23T13:00:00Z", "422 invalid from"),
        ("from=2026-11-23T13:00:00Z&to=2026-11-23T13:00:00Z", "422 invalid to"),
        ("when=now", "422 invalid query"),
        ("half_day=noon", "422 invalid half_day"),
        ("weekdays=mon,lundi", "422 invalid weekdays"),
        ("not_before=demain", "422 invalid not_before"),
        ("from_hour=24:00", "422 invalid from_hour"),
        ("from_hour=7h", "422 invalid from_hour"),
        ("practitioner=dr-personne", "422 invalid practitioner"),
    ] {
        let answer = app.get(Role::Secretary, &format!("{contact}/slots?{query}")).await;
        assert_eq!(answer.problem(), problem, "{query}");
    }
    app.get(Role::Secretary, &format!("{contact}/slots?limit=100")).await.expect(200);
}

#[tokio::test]
async fn wishes_for_a_time_are_read_from_the_query() {
    let app = TestApp::new();
    let contact = app.concluded().await;
    let query = "half_day=afternoon&weekdays=thu,fri&not_before=2026-12-04&from_hour=15:30&limit=1";
    let offer = app.get(Role::Secretary, &format!("{contact}/slots?{query}")).await.expect(200).json();
    assert_eq!(offer["slots"][0]["start"], "2026-12-04T14:30:00Z");
}

#[tokio::test]
async fn a_second_appointment_for_the_motive_is_shown_before_it_is_booked() {
    let app = TestApp::new();
    let contact = app.concluded().await;
    let slots = app.first_slots(&contact, 2).await;
    let first = book(&app, &contact, "op-1", &slots[0]).await.expect(201).json();
    assert_eq!((&first["documents"], &first["arrive_early_min"]), (&json!(["carte Vitale"]), &json!(5)));
    let arrive = instant(first["arrive_at"].as_str().unwrap());
    assert_eq!(arrive, instant(first["start"].as_str().unwrap()).plus_minutes(-5));
    let offer = app.get(Role::Secretary, &format!("{contact}/slots")).await.expect(200).json();
    assert_eq!((&offer["already"][0]["intent"], &offer["already"][0]["certain"]), (&first["intent"], &json!(true)));
    let second = book(&app, &contact, "op-2", &slots[1]).await;
    assert_eq!(second.problem(), "409 second-appointment");
    let shown = second.json();
    assert_eq!(shown["already"], offer["already"]);
    assert!(shown["detail"].as_str().unwrap().starts_with("Ce patient a déjà un rendez-vous à venir"), "{shown}");
    let again = json!({ "op_id": "op-2", "slot": slots[1], "again": true });
    app.post(Role::Secretary, &format!("{contact}/bookings"), &again).await.expect(201);
}

#[tokio::test]
async fn why_a_motive_is_not_for_a_patient_is_said_with_the_empty_list() {
    let app = TestApp::new();
    let contact = app.concluded().await;
    let offer = app.get(Role::Secretary, &format!("{contact}/slots?motive=suivi")).await.expect(200).json();
    assert_eq!((&offer["slots"], &offer["not_offered"]["rule"]), (&json!([]), &json!("patient-type")));
    let says = offer["not_offered"]["says"].as_str().unwrap();
    assert!(says.starts_with("Demandez d'abord si le patient est déjà suivi"), "{says}");
}

#[tokio::test]
async fn no_slot_is_offered_or_booked_before_a_conclusion() {
    let app = TestApp::new();
    let concluded = app.concluded().await;
    let slot = app.first_slots(&concluded, 1).await.remove(0);
    let contact = app.received().await;
    let motive = json!({ "facts": [{ "key": "request.motive", "value": { "choice": "consultation" } }] });
    app.post(Role::Secretary, &format!("{contact}/facts"), &motive).await.expect(200);
    assert_eq!(app.get(Role::Secretary, &format!("{contact}/slots")).await.problem(), "409 not-concluded");
    assert_eq!(book(&app, &contact, "op-1", &slot).await.problem(), "409 not-concluded");
}

#[tokio::test]
async fn a_slot_is_booked_and_a_repeat_answers_the_same() {
    let app = TestApp::new();
    let contact = app.concluded().await;
    let slot = app.first_slots(&contact, 1).await.remove(0);
    let booking = book(&app, &contact, "op-1", &slot).await.expect(201).json();
    assert_eq!((&booking["state"], &booking["progress"]), (&json!("confirmed"), &json!("confirmed")));
    assert_eq!((&booking["op_id"], &booking["start"]), (&json!("op-1"), &slot["start"]));
    assert_eq!((&booking["replayed"], &booking["notice"]), (&json!(false), &json!(null)));
    let again = book(&app, &contact, "op-1", &slot).await.expect(201).json();
    assert_eq!((&again["intent"], &again["replayed"]), (&booking["intent"], &json!(true)));
    let whole = app.get(Role::Secretary, &contact).await.json();
    assert_eq!(whole["view"]["bookings"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_least_that_names_a_slot_is_enough_and_an_unknown_field_is_not() {
    let app = TestApp::new();
    let contact = app.concluded().await;
    let slot = app.first_slots(&contact, 1).await.remove(0);
    let mut least = json!({ "feature": slot["feature"], "agenda": slot["agenda"], "start": slot["start"] });
    least["begin"] = json!(1);
    assert_eq!(book(&app, &contact, "op-1", &least).await.problem(), "422 invalid slot.begin");
    least.as_object_mut().unwrap().remove("begin");
    book(&app, &contact, "op-1", &least).await.expect(201);
}

#[tokio::test]
async fn the_second_of_two_is_told_what_is_left() {
    let app = TestApp::new();
    let (one, two) = (app.concluded().await, app.concluded().await);
    let slot = app.first_slots(&one, 1).await.remove(0);
    book(&app, &one, "op-1", &slot).await.expect(201);
    let answer = book(&app, &two, "op-2", &slot).await;
    assert_eq!(answer.problem(), "409 slot-taken");
    let alternatives = answer.json()["alternatives"].clone();
    let other = &alternatives[0];
    assert_ne!(other["start"], slot["start"]);
    book(&app, &two, "op-3", other).await.expect(201);
}

#[tokio::test]
async fn an_op_id_is_for_one_request() {
    let app = TestApp::new();
    let contact = app.concluded().await;
    let slots = app.first_slots(&contact, 2).await;
    book(&app, &contact, "op-1", &slots[0]).await.expect(201);
    assert_eq!(book(&app, &contact, "op-1", &slots[1]).await.problem(), "422 op-id-reused");
    assert_eq!(book(&app, &contact, "", &slots[1]).await.problem(), "422 invalid op_id");
    assert_eq!(book(&app, &contact, "a/b", &slots[1]).await.problem(), "422 invalid op_id");
}

#[tokio::test]
async fn a_time_against_the_rules_says_which_rule() {
    let app = TestApp::new();
    let contact = app.concluded().await;
    let mut slot = app.first_slots(&contact, 1).await.remove(0);
    slot["start"] = json!("2026-11-22T09:00:00Z");
    let answer = book(&app, &contact, "op-1", &slot).await;
    assert_eq!(answer.problem(), "422 rule-broken");
    let problem = answer.json();
    assert!(problem["rule"].is_string() && !problem["detail"].as_str().unwrap().is_empty(), "{problem}");
}

#[tokio::test]
async fn an_outcome_that_nobody_knows_is_accepted_and_never_booked_again() {
    let app = TestApp::new();
    let contact = app.concluded().await;
    let slot = app.first_slots(&contact, 1).await.remove(0);
    app.faults.next(Effect::AgendaWrite, Fault::ResponseLost);
    app.faults.next(Effect::AgendaLookup, Fault::Lost);
    let answer = book(&app, &contact, "op-1", &slot).await.expect(202).json();
    assert_eq!(answer["notice"], "Réservation à vérifier : ne la ressaisissez pas, et ne confirmez rien au patient.");
    assert_eq!(answer["progress"], "to-verify");
    assert_eq!(answer["appointment"], json!(null));
    let view = app.get(Role::Secretary, &contact).await.json()["view"].clone();
    let banners: Vec<_> = view["banners"].as_array().unwrap().iter().map(|one| one["code"].clone()).collect();
    assert!(banners.contains(&json!("booking-to-verify")), "{banners:?}");
    // The slot is kept meanwhile.
    let other = app.concluded().await;
    assert_eq!(book(&app, &other, "op-2", &slot).await.problem(), "409 slot-taken");
}

#[tokio::test]
async fn an_agenda_that_does_not_answer_is_a_503_and_changes_nothing() {
    let app = TestApp::new();
    let contact = app.concluded().await;
    let slot = app.first_slots(&contact, 3).await.remove(2);
    app.agenda.down_until(instant("2026-11-23T08:10:00Z"));
    let answer = book(&app, &contact, "op-1", &slot).await;
    assert_eq!(answer.problem(), "503 agenda-unavailable");
    assert_eq!(answer.header("retry-after"), "30");
    assert_eq!(answer.json()["feature"], "agenda");
    let offer = app.get(Role::Secretary, &format!("{contact}/slots")).await.expect(200).json();
    assert_eq!((&offer["complete"], &offer["unavailable"]), (&json!(false), &json!(["agenda"])));
    assert_eq!(offer["reasons"], json!([]), "the host saw nothing");
    app.clock.advance(Duration::from_secs(700));
    book(&app, &contact, "op-2", &slot).await.expect(201);
}

#[tokio::test]
async fn a_password_that_is_refused_is_said_at_the_desk_with_whom_to_tell() {
    let app = TestApp::new();
    let contact = app.concluded().await;
    let slot = app.first_slots(&contact, 3).await.remove(2);
    app.agenda.down_until(instant("2026-11-23T08:10:00Z"));
    app.agenda.fails_with(Some(FailureClass::CredentialsRefused));
    let says = "Le mot de passe de l'agenda est refusé, et rien n'a été modifié : prévenez votre informaticien, et \
                notez la demande en attendant.";
    let offer = app.get(Role::Secretary, &format!("{contact}/slots")).await.expect(200).json();
    let reason = json!({ "feature": "agenda", "class": "credentials-refused", "says": says });
    assert_eq!(offer["reasons"], json!([reason]));
    let answer = book(&app, &contact, "op-1", &slot).await;
    assert_eq!(answer.problem(), "503 agenda-unavailable");
    assert_eq!(answer.json()["detail"], says);

    let listed = app.get(Role::Integrator, "/v1/practices/les-tilleuls/plugins").await.expect(200).json();
    let failure = &listed["items"][0]["last_failure"];
    assert_eq!((&failure["class"], &failure["over_at"]), (&json!("credentials-refused"), &json!(null)));
    assert_eq!(
        (&failure["origin"], &failure["at"]),
        (&json!("https://agenda.example"), &json!(app.clock.now().to_string()))
    );
    assert!(failure["says"].as_str().is_some_and(|says| says.starts_with("https://agenda.example refuse")));
}
