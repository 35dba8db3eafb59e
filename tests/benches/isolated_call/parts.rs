//! What the time of one call consists of: calls that stop earlier and earlier,
//! and what each does more than the one before.

use std::sync::Arc;

use greffon_runtime::bindings::triage::greffon::triage::types as wit;
use tokio::runtime::Runtime;
use wasmtime::Store;

use crate::bare::call_in;
use crate::case::{Case, encounter, said};
use crate::load::{Call, alone};

type Next = Result<wit::Step, wit::TriageError>;

/// How many warm calls share an instance: a plugin's memory is taken back when
/// its instance ends.
const WARM: usize = 100;

/// Prints the table of a triage case.
pub fn print(server: &Runtime, case: &Case) -> anyhow::Result<()> {
    let (bare, next) = (&case.bare, case.bare.function("next").map_err(said)?);
    let wit = Arc::new(wit::Encounter::from(encounter()));

    let store: Call = {
        let bare = bare.clone();
        Arc::new(move || {
            let store = bare.store();
            Box::pin(async move { drop::<Store<()>>(store) })
        })
    };
    let instance: Call = {
        let bare = bare.clone();
        Arc::new(move || {
            let bare = bare.clone();
            Box::pin(async move {
                let mut store = bare.store();
                bare.instance(&mut store).await.expect("an instance");
            })
        })
    };
    let refused: Call = {
        let (bare, wit) = (bare.clone(), Arc::clone(&wit));
        Arc::new(move || {
            let (bare, wit) = (bare.clone(), Arc::clone(&wit));
            Box::pin(async move {
                let step: Next = bare.call(&next, (&b"other bytes"[..], &*wit)).await.expect("no trap");
                assert!(matches!(step, Err(wit::TriageError::NotPrepared)));
            })
        })
    };
    let converted: Call = {
        let case = Arc::new(encounter());
        Arc::new(move || {
            let case = Arc::clone(&case);
            Box::pin(async move { drop(std::hint::black_box(wit::Encounter::from(encounter_of(&case)))) })
        })
    };
    let warm = async {
        let mut rounds = Vec::new();
        for _ in 0..15 {
            let mut store = bare.store();
            let instance = bare.instance(&mut store).await?;
            let began = std::time::Instant::now();
            for _ in 0..WARM {
                let step: Next = call_in(&mut store, &instance, &next, (&*case.bytes, &*wit)).await?;
                assert!(step.is_ok());
            }
            rounds.push(began.elapsed().as_secs_f64() * 1e6 / WARM as f64);
        }
        rounds.sort_by(f64::total_cmp);
        wasmtime::Result::<f64>::Ok(rounds[rounds.len() / 2])
    };

    let (greffon, whole) = (&case.subjects[0].1, &case.subjects[1].1);
    let measured = server.block_on(async {
        // On a thread of the server, as a request is.
        let (store, instance, refused) = (alone(&store).await, alone(&instance).await, alone(&refused).await);
        let (whole, greffon, converted) = (alone(whole).await, on_server(greffon).await, alone(&converted).await);
        let warm = warm.await.map_err(said)?;
        anyhow::Ok([store, instance, refused, whole, greffon, converted, warm])
    })?;
    let [store, instance, refused, whole, greffon, converted, warm] = measured;
    println!("What one {} consists of, µs", case.name);
    let line = |name: &str, time: f64| println!("  {name:58} {time:6.1}");
    line("store: new and dropped", store);
    line("instance: from the pool, linked, wiped, given back", instance - store);
    line("entering: stack, typed function, parameters, refusal", refused - instance);
    line("the guest: its prepared settings, evaluation, answer", whole - refused);
    line("greffon: places, limits, processor's clock, conversions", greffon - whole);
    line("  of which the encounter as the contract has it", converted);
    line("whole call", greffon);
    line("for comparison: bare, in one instance that stays", warm);
    println!();
    Ok(())
}

fn encounter_of(case: &greffon_core::model::triage::Encounter) -> greffon_core::model::triage::Encounter {
    case.clone()
}

async fn on_server(call: &Call) -> f64 {
    let call = Arc::clone(call);
    tokio::spawn(async move { alone(&call).await }).await.expect("no panic")
}
