//! What holds for every route, read from the API's own description, so that no
//! route can be forgotten.

use std::collections::BTreeMap;

use greffon_core::model::audit::Role;
use serde_json::{Value, json};

use super::rows;
use super::support::{Answer, CONTENT, ELSEWHERE, HERE, NOW, TestApp, bearer, instant};

const ROLES: [(&str, Role); 7] = [
    ("secretary", Role::Secretary),
    ("supervisor", Role::Supervisor),
    ("practitioner", Role::Practitioner),
    ("practice-admin", Role::PracticeAdmin),
    ("integrator", Role::Integrator),
    ("auditor", Role::Auditor),
    ("operator-admin", Role::OperatorAdmin),
];

/// An operation of a practice, as the description has it.
struct Operation {
    name: String,
    method: String,
    path: String,
    /// The word for what a token must allow.
    permission: String,
}

fn operations() -> Vec<Operation> {
    let description: Value = serde_json::from_str(greffon_server::openapi()).unwrap();
    let mut operations = Vec::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            // Outside services have no token of ours: what they sign is for the plugin to see.
            if path.starts_with("/v1/") && path != "/v1/inbound/{token}" {
                let name = operation["operationId"].as_str().unwrap().to_owned();
                let [permission] = operation["security"][0]["bearer"].as_array().unwrap().as_slice() else {
                    panic!("{name} names one permission: security((\"bearer\" = [\"greffon:…\"]))");
                };
                let permission = permission.as_str().unwrap().to_owned();
                operations.push(Operation { name, method: method.to_uppercase(), path: path.clone(), permission });
            }
        }
    }
    operations
}

impl Operation {
    /// Whether its path names a practice, or a thing of one. Lists over practices name none:
    /// they show those of the token.
    fn names_one(&self) -> bool {
        self.path.contains('{')
    }
}

/// An app whose usual practice has one of everything.
async fn app_with_rows() -> TestApp {
    let app = TestApp::new();
    app.write(HERE, async |transaction| {
        transaction.save_contact(&mut rows::contact(HERE, 1)).await.unwrap();
        transaction.save_commitment(&mut rows::commitment(HERE, 2)).await.unwrap();
        transaction.save_alert(&mut rows::alert(HERE, 6)).await.unwrap();
        transaction.save_dead_letter(&mut rows::dead_letter(HERE, 4, 5)).await.unwrap();
        transaction.save_intent(&mut rows::intent(HERE, 8)).await.unwrap();
        transaction.save_patient(&mut rows::patient(HERE, 7)).await.unwrap();
        transaction.save_absence(&mut rows::absence(HERE, 9)).await.unwrap();
        transaction.save_inbound_address(&mut rows::inbound_address(HERE, 10)).await.unwrap();
        transaction.save_appointment(&mut rows::appointment(HERE, "/cal/3.ics", instant(NOW))).await.unwrap();
    })
    .await;
    app
}

/// The path with the names of what the usual practice has.
fn filled(path: &str, practice: &str) -> String {
    let id = match path {
        path if path.starts_with("/v1/contacts/") => rows::contact(HERE, 1).id.to_string(),
        path if path.starts_with("/v1/commitments/") => rows::commitment(HERE, 2).id.to_string(),
        path if path.starts_with("/v1/alerts/") => rows::alert(HERE, 6).id.to_string(),
        path if path.contains("/bookings/") => rows::intent(HERE, 8).id.to_string(),
        path if path.contains("/absences/") => rows::absence(HERE, 9).id.to_string(),
        path if path.contains("/inbound/") => rows::inbound_address(HERE, 10).id.to_string(),
        path if path.contains("/patients/") => rows::patient(HERE, 7).id.to_string(),
        path if path.starts_with("/v1/dead-letters/") => rows::dead_letter(HERE, 4, 5).id.to_string(),
        _ => "%2Fcal%2F3.ics".to_owned(),
    };
    path.replace("{practice}", practice).replace("{id}", &id).replace("{name}", CONTENT)
}

async fn call(app: &TestApp, method: &str, path: &str, token: Option<&str>) -> Answer {
    let bearer = token.map(bearer);
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(bearer.iter().map(|bearer| ("authorization", bearer.as_str())));
    // A body that no route takes: whoever gets as far as that was let in.
    app.send(method, path, &headers, if method == "POST" { "[]" } else { "" }).await
}

#[tokio::test]
async fn every_route_asks_for_a_token() {
    let app = app_with_rows().await;
    for Operation { name, method, path, .. } in operations() {
        let answer = call(&app, &method, &filled(&path, HERE), None).await;
        assert_eq!(answer.problem(), "401 unauthenticated", "{name}");
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"greffon\"", "{name}");
    }
}

#[tokio::test]
async fn every_route_hides_a_practice_outside_the_token() {
    let app = app_with_rows().await;
    for operation in operations() {
        let names_one = operation.names_one();
        let Operation { name, method, path, .. } = operation;
        for (role, token) in ROLES.map(|(role, kind)| (role, app.token_for(kind, &[ELSEWHERE]))) {
            let answer = call(&app, &method, &filled(&path, HERE), Some(&token)).await;
            match answer.status.as_u16() {
                200 if !names_one => assert_eq!(answer.json()["items"], json!([]), "{name} as {role}"),
                403 if !names_one => assert_eq!(answer.problem(), "403 role-may-not", "{name} as {role}"),
                _ => assert_eq!(answer.problem(), "404 not-found", "{name} as {role}"),
            }
        }
    }
}

#[tokio::test]
async fn every_route_hides_what_does_not_exist_in_the_same_words() {
    let app = app_with_rows().await;
    let token = app.token(Role::Supervisor);
    let stranger = app.token_for(Role::Supervisor, &[ELSEWHERE]);
    for Operation { name, method, path, .. } in operations().into_iter().filter(Operation::names_one) {
        let absent = filled(&path, "nowhere").replace("-8000-", "-9000-").replace("3.ics", "4.ics");
        let absent = call(&app, &method, &absent, Some(&token)).await;
        let foreign = call(&app, &method, &filled(&path, HERE), Some(&stranger)).await;
        assert_eq!(absent.text, foreign.text, "{name}");
    }
}

/// A new route with one of these permissions changes nothing here.
#[tokio::test]
async fn roles_may_do_what_the_table_says() {
    let app = app_with_rows().await;
    let mut table: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for Operation { name, method, path, permission } in operations() {
        let mut allowed = Vec::new();
        for (role, kind) in ROLES {
            let answer = call(&app, &method, &filled(&path, HERE), Some(&app.token(kind))).await;
            match answer.status.as_u16() {
                403 => assert_eq!(answer.problem(), "403 role-may-not"),
                404 => panic!("{name} as {role}: {}", answer.text),
                _ => allowed.push(role),
            }
        }
        let others = table.entry(permission.clone()).or_insert_with(|| allowed.clone());
        assert_eq!(*others, allowed, "{name} asks for another permission than {permission}");
    }
    let table: String =
        table.iter().map(|(permission, roles)| format!("{permission}: {}\n", roles.join(" "))).collect();
    insta::assert_snapshot!(table, @r#"
    greffon:act-on-alerts: supervisor practitioner
    greffon:act-on-commitments: secretary supervisor practitioner practice-admin
    greffon:act-on-dead-letters: secretary supervisor practitioner practice-admin
    greffon:approve-contents: practitioner
    greffon:book: secretary supervisor practitioner
    greffon:change-appointments: secretary supervisor practitioner
    greffon:change-patients: secretary supervisor practitioner practice-admin
    greffon:join-patients: supervisor practitioner practice-admin
    greffon:manage-inbound: supervisor practice-admin operator-admin
    greffon:read-alerts: secretary supervisor practitioner practice-admin
    greffon:read-appointments: secretary supervisor practitioner practice-admin
    greffon:read-audit: supervisor practice-admin auditor
    greffon:read-commitments: secretary supervisor practitioner practice-admin
    greffon:read-contacts: secretary supervisor practitioner practice-admin
    greffon:read-dead-letters: secretary supervisor practitioner practice-admin
    greffon:read-messages: secretary supervisor practitioner practice-admin
    greffon:read-patients: secretary supervisor practitioner practice-admin
    greffon:read-plugins: secretary supervisor practitioner practice-admin integrator operator-admin
    greffon:read-recovery: secretary supervisor practitioner practice-admin
    greffon:receive-contacts: secretary supervisor practitioner
    greffon:release-recovery: supervisor practice-admin
    greffon:write-contacts: secretary supervisor practitioner
    "#);
}

/// A token that was cut down to the one permission of a route gets in, and one
/// cut down to another does not.
#[tokio::test]
async fn every_route_asks_for_the_permission_that_it_names() {
    let app = app_with_rows().await;
    for Operation { name, method, path, permission } in operations() {
        // What may be said to patients is a practitioner's word, and no supervisor's.
        let holder = if permission == "greffon:approve-contents" { Role::Practitioner } else { Role::Supervisor };
        let own = app.token_cut_down_to(holder, &permission);
        let answer = call(&app, &method, &filled(&path, HERE), Some(&own)).await;
        assert_ne!(answer.status.as_u16(), 403, "{name} does not ask for {permission}: {}", answer.text);
        let other = if permission == "greffon:read-audit" { "greffon:book" } else { "greffon:read-audit" };
        let answer =
            call(&app, &method, &filled(&path, HERE), Some(&app.token_cut_down_to(Role::Supervisor, other))).await;
        assert_eq!(answer.problem(), "403 role-may-not", "{name} with {other}");
    }
}
