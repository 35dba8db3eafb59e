//! How long it takes to find a patient among many, on either database.
//!
//! ```text
//! cargo run --release -p greffon-storage --example patients -- sqlite::memory: 50000
//! ```
//!
//! Searches go the way of a call that tells of a patient: birth date (and with day and
//! month for each other), names in both orders, and a telephone. Synthetic people.

use std::time::{Duration, Instant as Timer};

use greffon_core::ids::PatientId;
use greffon_core::model::patient::{Patient, terms_of};
use greffon_core::model::person::Person;
use greffon_core::ports::storage::Storage as _;
use greffon_core::time::Instant;
use greffon_storage::{StorageOptions, connect, migrate};
use uuid::Uuid;

const FAMILIES: [&str; 12] = [
    "Martin", "Bernard", "Dubois", "Thomas", "Robert", "Richard", "Petit", "Durand", "Leroy", "Moreau", "Simon", "Roux",
];
const GIVEN: [&str; 10] = ["Chloé", "Léa", "Jean", "Paul", "Anne", "Marie", "Louis", "Inès", "Hugo", "Jeanne"];

fn person(number: u64) -> Person {
    let day = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let year = 1930 + day % 95;
    let month = 1 + (day >> 16) % 12;
    let of_month = 1 + (day >> 32) % 28;
    let of = |names: &[&str], at: u64| names[usize::try_from(at).unwrap_or(0) % names.len()].to_owned();
    Person {
        family: format!("{}-{}", of(&FAMILIES, day >> 40), of(&FAMILIES, number)),
        given: vec![of(&GIVEN, day >> 24)],
        birth_date: Some(format!("{year}-{month:02}-{of_month:02}")),
        phone: Some(format!("+336399{number:05}")),
        ..Person::default()
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let url = words.next().unwrap_or_else(|| "sqlite::memory:".to_owned());
    let count: u64 = words.next().as_deref().unwrap_or("50000").parse()?;
    let database = connect(&url, StorageOptions { lookup_key: Some([1; 32]), ..StorageOptions::default() }).await?;
    migrate(&database).await?;
    let practice = "banc".into();
    let began = Timer::now();
    for batch in 0..count.div_ceil(1_000) {
        let mut tx = database.begin(&practice).await?;
        for number in batch * 1_000..((batch + 1) * 1_000).min(count) {
            let id = PatientId(Uuid::from_u128(u128::from(number) + 1));
            let mut patient = Patient::told(id, practice.clone(), &person(number), Vec::new(), Instant(0));
            tx.save_patient(&mut patient).await?;
        }
        tx.commit().await?;
    }
    println!("{count} patients written in {:.1} s", began.elapsed().as_secs_f64());
    let mut times = Vec::new();
    let mut found = 0;
    for look in 0..2_000_u64 {
        let terms = terms_of(&person(look.wrapping_mul(7_919) % count));
        let began = Timer::now();
        found += database.patients_with(&practice, &terms, 200).await?.len();
        times.push(began.elapsed());
    }
    times.sort();
    let at = |share: usize| times[(times.len() - 1) * share / 1_000].as_secs_f64() * 1_000.0;
    let mean = times.iter().sum::<Duration>().as_secs_f64() * 1_000.0 / 2_000.0;
    println!(
        "2,000 searches, {:.1} found each: mean {mean:.2} ms, p50 {:.2}, p99 {:.2}, worst {:.2}",
        found as f64 / 2_000.0,
        at(500),
        at(990),
        at(1_000)
    );
    Ok(())
}
