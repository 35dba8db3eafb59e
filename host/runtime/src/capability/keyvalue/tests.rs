use std::sync::Arc;

use greffon_core::ids::{FeatureId, PracticeId};

use super::atomics::{Host as _, HostCas as _};
use super::store::{Host as _, HostBucket as _};
use super::*;
use crate::capability::testing::{call_with, grant_nothing, services};
use crate::state::{Bound, Services};

fn granted() -> Bound {
    let mut bound = grant_nothing();
    bound.granted.keyvalue = true;
    bound
}

fn granted_call() -> CallState {
    call_with(granted(), services(None))
}

async fn opened(state: &mut CallState, name: &str) -> Resource<Bucket> {
    let bucket = state.open(name.to_owned()).await.expect("no trap").expect("opened");
    Resource::new_borrow(bucket.rep())
}

fn again<T: 'static>(handle: &Resource<T>) -> Resource<T> {
    Resource::new_borrow(handle.rep())
}

async fn set(state: &mut CallState, bucket: &Resource<Bucket>, key: &str, value: &[u8]) -> Result<(), Error> {
    state.set(again(bucket), key.to_owned(), value.to_vec()).await.expect("no trap")
}

async fn get(state: &mut CallState, bucket: &Resource<Bucket>, key: &str) -> Result<Option<Vec<u8>>, Error> {
    state.get(again(bucket), key.to_owned()).await.expect("no trap")
}

#[tokio::test]
async fn nothing_opens_without_a_grant() {
    let mut state = call_with(grant_nothing(), services(None));
    for name in ["default", "", "../x"] {
        let answer = state.open(name.to_owned()).await.expect("no trap");
        assert!(matches!(answer, Err(Error::AccessDenied)), "{name}");
    }
}

#[tokio::test]
async fn bucket_names_are_plain() {
    let mut state = granted_call();
    for name in ["", "a/b", "é", "A", "a\0", &"a".repeat(65)] {
        let answer = state.open(name.to_owned()).await.expect("no trap");
        assert!(matches!(answer, Err(Error::NoSuchStore)), "{name}");
    }
    opened(&mut state, "default").await;
    opened(&mut state, &"a".repeat(64)).await;
}

#[tokio::test]
async fn a_value_is_read_back_until_it_is_deleted() {
    let mut state = granted_call();
    let bucket = opened(&mut state, "default").await;
    assert!(matches!(get(&mut state, &bucket, "k").await, Ok(None)));
    set(&mut state, &bucket, "k", b"v").await.expect("set");
    assert_eq!(get(&mut state, &bucket, "k").await.expect("get").as_deref(), Some(&b"v"[..]));
    assert!(state.exists(again(&bucket), "k".to_owned()).await.expect("no trap").expect("exists"));
    state.delete(again(&bucket), "k".to_owned()).await.expect("no trap").expect("deleted");
    state.delete(again(&bucket), "k".to_owned()).await.expect("no trap").expect("deleted again");
    assert!(matches!(get(&mut state, &bucket, "k").await, Ok(None)));
}

#[tokio::test]
async fn practices_features_and_buckets_do_not_see_each_other() {
    let services: Arc<Services> = services(None);
    let mut mine = call_with(granted(), Arc::clone(&services));
    let bucket = opened(&mut mine, "default").await;
    set(&mut mine, &bucket, "k", b"mine").await.expect("set");
    let other_bucket = opened(&mut mine, "other").await;
    assert!(matches!(get(&mut mine, &other_bucket, "k").await, Ok(None)));

    let mut foreign_practice = granted();
    foreign_practice.practice = PracticeId::from("les-platanes");
    let mut foreign_feature = granted();
    foreign_feature.feature = FeatureId::from("agenda-sud");
    for bound in [foreign_practice, foreign_feature] {
        let mut state = call_with(bound, Arc::clone(&services));
        let bucket = opened(&mut state, "default").await;
        assert!(matches!(get(&mut state, &bucket, "k").await, Ok(None)));
        let page = state.list_keys(bucket, None).await.expect("no trap").expect("listed");
        assert!(page.keys.is_empty());
    }
}

#[tokio::test]
async fn keys_and_values_are_capped() {
    let mut bound = granted();
    bound.limits.keyvalue_value_bytes = 10;
    let mut state = call_with(bound, services(None));
    let bucket = opened(&mut state, "default").await;
    set(&mut state, &bucket, &"k".repeat(1024), &[0; 10]).await.expect("the largest");
    assert!(set(&mut state, &bucket, "k", &[0; 11]).await.is_err());
    for key in ["", &"k".repeat(1025)] {
        assert!(set(&mut state, &bucket, key, b"v").await.is_err());
        assert!(get(&mut state, &bucket, key).await.is_err());
    }
}

#[tokio::test]
async fn a_full_space_takes_replacements_and_deletions_only() {
    let mut bound = granted();
    bound.limits.keyvalue_total_bytes = 100;
    let mut state = call_with(bound, services(None));
    let bucket = opened(&mut state, "default").await;
    let other = opened(&mut state, "other").await;
    set(&mut state, &bucket, "a", &[0; 59]).await.expect("60 of 100");
    set(&mut state, &other, "b", &[0; 39]).await.expect("100 of 100");
    assert!(set(&mut state, &bucket, "c", b"").await.is_err());
    assert!(set(&mut state, &bucket, "a", &[0; 60]).await.is_err());
    set(&mut state, &bucket, "a", &[1; 59]).await.expect("replaced");
    state.delete(again(&other), "b".to_owned()).await.expect("no trap").expect("deleted");
    set(&mut state, &bucket, "c", b"v").await.expect("room again");
}

#[tokio::test]
async fn operations_of_one_call_are_counted() {
    let mut bound = granted();
    bound.limits.keyvalue_operations = 2;
    let mut state = call_with(bound, services(None));
    let bucket = opened(&mut state, "default").await;
    set(&mut state, &bucket, "k", b"1").await.expect("first");
    get(&mut state, &bucket, "k").await.expect("second");
    assert!(set(&mut state, &bucket, "k", b"2").await.is_err());
    assert!(state.increment(again(&bucket), "n".to_owned(), 1).await.expect("no trap").is_err());
    assert!(state.list_keys(bucket, None).await.expect("no trap").is_err());
}

#[tokio::test]
async fn keys_are_listed_page_by_page() {
    let mut state = granted_call();
    let bucket = opened(&mut state, "default").await;
    let keys: Vec<String> = (0..501).map(|n| format!("k{n:04}")).collect();
    for key in &keys {
        set(&mut state, &bucket, key, b"").await.expect("set");
    }
    let first = state.list_keys(again(&bucket), None).await.expect("no trap").expect("listed");
    assert_eq!(first.keys, keys[..500]);
    let second = state.list_keys(again(&bucket), first.cursor).await.expect("no trap").expect("listed");
    assert_eq!((second.keys.as_slice(), second.cursor), (&keys[500..], None));
    let past = state.list_keys(again(&bucket), Some("zzz".to_owned())).await.expect("no trap").expect("listed");
    assert_eq!((past.keys.len(), past.cursor), (0, None));
    assert!(state.list_keys(again(&bucket), Some("k".repeat(1025))).await.expect("no trap").is_err());
}

#[tokio::test]
async fn numbers_add_up_and_do_not_overflow() {
    let mut state = granted_call();
    let bucket = opened(&mut state, "default").await;
    let mut add = async |delta| state.increment(again(&bucket), "n".to_owned(), delta).await.expect("no trap");
    assert!(matches!(add(2).await, Ok(2)));
    assert!(matches!(add(-3).await, Ok(-1)));
    assert!(add(i64::MIN).await.is_err());
    set(&mut state, &bucket, "n", b"x").await.expect("set");
    assert!(state.increment(bucket, "n".to_owned(), 1).await.expect("no trap").is_err());
}

async fn begin(state: &mut CallState, bucket: &Resource<Bucket>, key: &str) -> Result<Resource<Cas>, Error> {
    atomics::HostCas::new(state, again(bucket), key.to_owned()).await.expect("no trap")
}

#[tokio::test]
async fn a_swap_is_done_only_on_what_was_seen() {
    let mut state = granted_call();
    let bucket = opened(&mut state, "default").await;
    let created = begin(&mut state, &bucket, "k").await.expect("begun");
    assert_eq!(state.current(again(&created)).await.expect("no trap").expect("current"), None);
    state.swap(created, b"1".to_vec()).await.expect("no trap").expect("created");

    let late = begin(&mut state, &bucket, "k").await.expect("begun");
    set(&mut state, &bucket, "k", b"2").await.expect("meanwhile");
    let outcome = state.swap(late, b"3".to_vec()).await.expect("no trap");
    let Err(CasError::CasFailed(next)) = outcome else { panic!("swapped over another write") };
    assert_eq!(state.current(again(&next)).await.expect("no trap").expect("current").as_deref(), Some(&b"2"[..]));
    state.swap(next, b"3".to_vec()).await.expect("no trap").expect("second try");
    assert_eq!(get(&mut state, &bucket, "k").await.expect("get").as_deref(), Some(&b"3"[..]));
}

#[tokio::test]
async fn a_swap_notices_that_a_key_went_and_came_back() {
    let mut state = granted_call();
    let bucket = opened(&mut state, "default").await;
    set(&mut state, &bucket, "k", b"1").await.expect("set");
    let late = begin(&mut state, &bucket, "k").await.expect("begun");
    state.delete(again(&bucket), "k".to_owned()).await.expect("no trap").expect("deleted");
    set(&mut state, &bucket, "k", b"1").await.expect("set again");
    let outcome = state.swap(late, b"2".to_vec()).await.expect("no trap");
    assert!(matches!(outcome, Err(CasError::CasFailed(_))));
}

#[tokio::test]
async fn open_handles_hold_a_bounded_amount_of_the_hosts_memory() {
    let mut state = granted_call();
    let bucket = opened(&mut state, "default").await;
    set(&mut state, &bucket, "k", &vec![0; 1 << 20]).await.expect("set");
    let mut handles = Vec::new();
    for _ in 0..8 {
        handles.push(begin(&mut state, &bucket, "k").await.expect("within"));
    }
    assert!(begin(&mut state, &bucket, "k").await.is_err());
    let one = handles.pop().expect("eight");
    atomics::HostCas::drop(&mut state, one).await.expect("no trap");
    begin(&mut state, &bucket, "k").await.expect("within again");
}
