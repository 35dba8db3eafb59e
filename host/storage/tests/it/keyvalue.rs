use futures::future::join_all;
use greffon_core::ports::keyvalue::{KeyValueScope, Keys, Put};
use greffon_core::ports::storage::StorageError;

use crate::samples::sud;
use crate::support::{Fixture, nord};

contract! {
    a_value_is_read_back_as_it_was_written,
    swap_writes_only_over_what_was_read,
    a_key_written_again_after_a_delete_does_not_pass_for_unchanged,
    one_of_many_swaps_of_one_revision_succeeds,
    increments_are_counted_exactly,
    increment_refuses_what_is_no_whole_number,
    keys_are_listed_bytewise_page_by_page,
    the_size_is_what_keys_and_values_take,
    a_write_that_would_pass_the_quota_leaves_nothing,
    writers_at_once_never_pass_the_quota,
    spaces_do_not_meet,
    a_key_that_is_too_long_is_refused,
}

fn scope() -> KeyValueScope {
    KeyValueScope { practice: nord(), feature: "agenda-nord".into(), bucket: "default".to_owned() }
}

/// Whether a swap without a quota was done.
async fn swap(f: &Fixture, scope: &KeyValueScope, key: &str, expected: Option<i64>, value: &[u8]) -> bool {
    match f.space.swap(scope, key, expected, value, u64::MAX).await.unwrap() {
        Put::Done => true,
        Put::Changed => false,
        Put::Full => panic!("full without a quota"),
    }
}

async fn a_value_is_read_back_as_it_was_written(f: Fixture) {
    assert_eq!(f.space.get(&scope(), "k").await.unwrap(), None);
    f.space.delete(&scope(), "k").await.unwrap();
    for value in [&b""[..], b"\0\xff", &[7; 100_000]] {
        f.space.set(&scope(), "k", value, u64::MAX).await.unwrap();
        assert_eq!(f.space.get(&scope(), "k").await.unwrap().unwrap().value, value);
    }
    f.space.delete(&scope(), "k").await.unwrap();
    assert_eq!(f.space.get(&scope(), "k").await.unwrap(), None);
}

async fn swap_writes_only_over_what_was_read(f: Fixture) {
    assert!(!swap(&f, &scope(), "k", Some(0), b"a").await, "nothing is there");
    assert!(swap(&f, &scope(), "k", None, b"a").await);
    assert!(!swap(&f, &scope(), "k", None, b"b").await, "something is there");
    let read = f.space.get(&scope(), "k").await.unwrap().unwrap();
    assert!(swap(&f, &scope(), "k", Some(read.revision), b"c").await);
    assert!(!swap(&f, &scope(), "k", Some(read.revision), b"d").await, "it changed meanwhile");
    let now = f.space.get(&scope(), "k").await.unwrap().unwrap();
    assert_eq!(now.value, b"c");
    assert!(now.revision > read.revision);
}

async fn a_key_written_again_after_a_delete_does_not_pass_for_unchanged(f: Fixture) {
    f.space.set(&scope(), "k", b"a", u64::MAX).await.unwrap();
    let read = f.space.get(&scope(), "k").await.unwrap().unwrap();
    f.space.delete(&scope(), "k").await.unwrap();
    f.space.set(&scope(), "k", b"a", u64::MAX).await.unwrap();
    assert!(!swap(&f, &scope(), "k", Some(read.revision), b"b").await);
}

async fn one_of_many_swaps_of_one_revision_succeeds(f: Fixture) {
    let nodes = [f.second_node().await, f];
    for expected in [true, false] {
        let read = nodes[0].space.get(&scope(), "k").await.unwrap().map(|read| read.revision);
        assert_eq!(read.is_none(), expected);
        let swaps = (0..16_u8).map(|task| {
            let node = nodes[usize::from(task) % 2].clone();
            tokio::spawn(async move { swap(&node, &scope(), "k", read, &[task]).await })
        });
        let done = join_all(swaps).await.into_iter().map(Result::unwrap).filter(|swapped| *swapped).count();
        assert_eq!(done, 1);
    }
    nodes[0].close().await;
}

async fn increments_are_counted_exactly(f: Fixture) {
    assert_eq!(f.space.increment(&scope(), "n", 5).await.unwrap(), Some(5));
    assert_eq!(f.space.increment(&scope(), "n", -7).await.unwrap(), Some(-2));
    assert_eq!(f.space.get(&scope(), "n").await.unwrap().unwrap().value, b"-2");
    let tasks = (0..32).map(|_| {
        let f = f.clone();
        tokio::spawn(async move { f.space.increment(&scope(), "n", 1).await.unwrap().unwrap() })
    });
    let mut sums: Vec<_> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
    sums.sort_unstable();
    assert_eq!(sums, (-1..=30).collect::<Vec<_>>());
}

async fn increment_refuses_what_is_no_whole_number(f: Fixture) {
    f.space.set(&scope(), "n", b"twelve", u64::MAX).await.unwrap();
    assert_eq!(f.space.increment(&scope(), "n", 1).await.unwrap(), None);
    assert_eq!(f.space.get(&scope(), "n").await.unwrap().unwrap().value, b"twelve");
    for (start, delta) in [(i64::MAX, 1), (i64::MIN, -1)] {
        f.space.set(&scope(), "n", start.to_string().as_bytes(), u64::MAX).await.unwrap();
        assert_eq!(f.space.increment(&scope(), "n", delta).await.unwrap(), None);
    }
}

async fn keys_are_listed_bytewise_page_by_page(f: Fixture) {
    // Bytewise, capitals come before small letters and accents after both.
    let sorted = ["", "A", "B", "a", "a\0", "a\0b", "b", "é"];
    for key in ["é", "b", "a\0b", "B", "", "a", "A", "a\0"] {
        f.space.set(&scope(), key, b"v", u64::MAX).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = f.space.keys(&scope(), after.as_deref(), 3).await.unwrap();
        assert!(page.keys.len() <= 3);
        seen.extend(page.keys);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, sorted);
    assert_eq!(f.space.keys(&scope(), Some("é"), 3).await.unwrap(), Keys { keys: Vec::new(), next: None });
    assert_eq!(f.space.keys(&scope(), None, 0).await.unwrap().keys, [""]);
    assert_eq!(f.space.keys(&scope(), None, u32::MAX).await.unwrap().keys.len(), sorted.len());
}

async fn the_size_is_what_keys_and_values_take(f: Fixture) {
    let other = KeyValueScope { bucket: "other".to_owned(), ..scope() };
    let size = async || f.space.size_bytes(&nord(), &scope().feature).await.unwrap();
    assert_eq!(size().await, 0);
    f.space.set(&scope(), "ab", b"123", u64::MAX).await.unwrap();
    f.space.set(&other, "ab", b"12345", u64::MAX).await.unwrap();
    assert_eq!(size().await, 12, "over all buckets");
    f.space.set(&scope(), "ab", b"1", u64::MAX).await.unwrap();
    assert_eq!(size().await, 10);
    assert!(!swap(&f, &scope(), "ab", None, b"1234").await);
    f.space.increment(&scope(), "ab", 99).await.unwrap();
    assert_eq!(size().await, 12);
    f.space.delete(&scope(), "ab").await.unwrap();
    f.space.delete(&scope(), "ab").await.unwrap();
    assert_eq!(size().await, 7);
}

async fn a_write_that_would_pass_the_quota_leaves_nothing(f: Fixture) {
    let other = KeyValueScope { bucket: "other".to_owned(), ..scope() };
    assert_eq!(f.space.set(&other, "ab", b"123", 5).await.unwrap(), Put::Done, "to the last byte");
    for put in [f.space.set(&scope(), "k", b"", 5).await, f.space.swap(&scope(), "k", None, b"", 5).await] {
        assert_eq!(put.unwrap(), Put::Full, "over all buckets");
    }
    assert_eq!(f.space.get(&scope(), "k").await.unwrap(), None);
    // What is replaced makes room.
    assert_eq!(f.space.set(&other, "ab", b"456", 5).await.unwrap(), Put::Done);
    assert_eq!(f.space.set(&other, "ab", b"4567", 5).await.unwrap(), Put::Full);
    let there = f.space.get(&other, "ab").await.unwrap().unwrap();
    assert_eq!(there.value, b"456");
    assert_eq!(f.space.swap(&other, "ab", Some(there.revision), b"4567", 5).await.unwrap(), Put::Full);
    let late = Some(there.revision - 1);
    assert_eq!(f.space.swap(&other, "ab", late, b"4567", 5).await.unwrap(), Put::Changed, "said first");
    assert_eq!(f.space.swap(&other, "ab", Some(there.revision), b"4567", 6).await.unwrap(), Put::Done);
    assert_eq!(f.space.size_bytes(&nord(), &scope().feature).await.unwrap(), 6);
}

async fn writers_at_once_never_pass_the_quota(f: Fixture) {
    let nodes = [f.second_node().await, f];
    let sets = (0..32_usize).map(|task| {
        let node = nodes[task % 2].clone();
        // Two write each key, so that some replace and some add.
        tokio::spawn(async move {
            let key = format!("{:02}", task / 2);
            node.space.set(&scope(), &key, &vec![0; 8 + task % 3], 100).await.unwrap()
        })
    });
    let puts: Vec<_> = join_all(sets).await.into_iter().map(Result::unwrap).collect();
    assert!(puts.contains(&Put::Done) && puts.contains(&Put::Full), "{puts:?}");
    let size = nodes[1].space.size_bytes(&nord(), &scope().feature).await.unwrap();
    assert!(size <= 100, "{size}");
    let mut there = 0;
    for key in nodes[1].space.keys(&scope(), None, 100).await.unwrap().keys {
        there += key.len() + nodes[1].space.get(&scope(), &key).await.unwrap().unwrap().value.len();
    }
    assert_eq!(size, there as u64);
    nodes[0].close().await;
}

async fn spaces_do_not_meet(f: Fixture) {
    f.space.set(&scope(), "k", b"mine", u64::MAX).await.unwrap();
    for other in [
        KeyValueScope { practice: sud(), ..scope() },
        KeyValueScope { feature: "agenda-sud".into(), ..scope() },
        KeyValueScope { bucket: "other".to_owned(), ..scope() },
    ] {
        assert_eq!(f.space.get(&other, "k").await.unwrap(), None);
        assert_eq!(f.space.keys(&other, None, 10).await.unwrap().keys, [""; 0]);
        f.space.delete(&other, "k").await.unwrap();
        assert!(swap(&f, &other, "k", None, b"theirs").await);
    }
    assert_eq!(f.space.get(&scope(), "k").await.unwrap().unwrap().value, b"mine");
    assert_eq!(f.space.size_bytes(&sud(), &scope().feature).await.unwrap(), 7);
}

async fn a_key_that_is_too_long_is_refused(f: Fixture) {
    f.space.set(&scope(), &"k".repeat(1024), b"", u64::MAX).await.unwrap();
    let refused = f.space.set(&scope(), &"k".repeat(1025), b"", u64::MAX).await;
    assert!(matches!(refused, Err(StorageError::NotStorable { thing: "key", .. })), "{refused:?}");
    let bucket = KeyValueScope { bucket: "b".repeat(1025), ..scope() };
    assert!(matches!(
        f.space.set(&bucket, "k", b"", u64::MAX).await,
        Err(StorageError::NotStorable { thing: "bucket", .. })
    ));
}
