//! Whatever a batch says, the check neither panics nor lets through what can not be.

use super::{
    proof::{NOW, published, takes},
    *,
};
use proptest::{prelude::*, sample::Index, test_runner::TestRunner};
use serde_json::json;
use std::time::{Duration, Instant};

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => (-2_000_i64..70_000).prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        1 => Just(json!(u64::MAX)),
    ]
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number(),
        ".{0,20}".prop_map(Value::from),
        prop_oneof![Just("a"), Just("b"), Just("ann@example.com"), Just("play")].prop_map(Value::from),
        (0_u128..5).prop_map(|n| json!(Uuid::from_u128(n))),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(name(), inner, 0..5).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn name() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "type",
        "seq",
        "at",
        "pos",
        "from",
        "to",
        "rate",
        "hidden",
        "muted",
        "interaction",
        "answer",
        "choices",
        "fields",
        "email",
        "code",
        "token",
        "surface",
        "referrer",
        "page_url",
        "analytics",
    ]);
    prop_oneof![9 => known.prop_map(str::to_owned), 1 => ".{0,8}"]
}

/// An event of a known type, some of whose members are anything.
fn event() -> impl Strategy<Value = Value> {
    let kind = prop_oneof![9 => prop::sample::select(TYPES.to_vec()).prop_map(str::to_owned), 1 => ".{0,8}"];
    let id = (0_u128..4).prop_map(Uuid::from_u128);
    let plain = (kind, 0_u32..30, 0_i64..100_000, 0_i64..61_000, 0_i64..20_000, id).prop_map(|(kind, seq, at, from, ms, id)| {
        json!({
            "type": kind, "seq": seq, "at": at, "pos": from, "from": from, "to": from + ms, "rate": 100, "hidden": false,
            "muted": false, "interaction": id, "answer": {"choice": 0, "email": "ann@example.com"}, "code": 3,
            "token": "x", "surface": "play", "analytics": true,
        })
    });
    let changes = prop::collection::vec((name(), any_value()), 0..4);
    (plain, changes).prop_map(|(mut event, changes)| {
        for (name, value) in changes {
            event[name] = value;
        }
        event
    })
}

fn batch() -> impl Strategy<Value = Value> {
    let events = prop::collection::vec(prop_oneof![9 => event(), 1 => any_value()], 0..8);
    (events, prop_oneof![4 => Just(json!(NOW)), 1 => number()], prop_oneof![9 => Just(json!(1)), 1 => any_value()])
        .prop_map(|(events, sent, v)| {
            let session = uuid::Builder::from_unix_timestamp_millis(NOW as u64 - 100_000, &[0; 10]).into_uuid();
            json!({"v": v, "session": session, "video": "test_________________1", "sent": sent, "events": events})
        })
}

/// A batch of which pieces were changed, taken out, put in and doubled.
fn torn() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "",
        "0",
        "-1",
        "1e999",
        "18446744073709551616",
        "null",
        "true",
        "\"\\ud800\"",
        "\"\\u0000\"",
        "[[[[[[[[",
        "{\"type\":\"answer\",",
        ",\"seq\":1",
        "}",
        "\"",
        "\u{feff}",
    ]);
    let cut = (any::<Index>(), any::<Index>(), 0..4_u8, any::<u8>(), words);
    (batch(), prop::collection::vec(cut, 1..8)).prop_map(|(batch, cuts)| {
        let mut bytes = batch.to_string().into_bytes();
        for (at, length, how, byte, word) in cuts {
            let at = at.index(bytes.len() + 1);
            let end = at + length.index((bytes.len() - at).min(40) + 1);
            let piece = match how {
                0 => Vec::new(),
                1 => word.as_bytes().to_vec(),
                2 => bytes[at..end].repeat(2),
                _ => vec![byte],
            };
            bytes.splice(at..end, piece);
        }
        bytes
    })
}

/// What the others are made of is taken, so they do try what comes after.
#[test]
fn plain_events_are_taken() {
    let members = json!({
        "at": 20_000, "pos": 0, "from": 0, "to": 9_000, "rate": 100, "hidden": false, "muted": false,
        "interaction": Uuid::from_u128(1), "answer": {"choice": 0}, "surface": "play",
    });
    let events = ["load", "play", "watched", "answer", "ended"].into_iter().enumerate().map(|(seq, kind)| {
        let mut event = members.clone();
        (event["type"], event["seq"]) = (json!(kind), json!(seq));
        event
    });
    let session = uuid::Builder::from_unix_timestamp_millis(NOW as u64 - 100_000, &[0; 10]).into_uuid();
    let batch = Batch { v: 1, session, video: String::new(), pass: None, sent: NOW, events: events.collect() };
    let sorted = sort(batch, &published(), None, Lang::En).expect("numbered");
    assert_eq!((sorted.entries.len(), sorted.answers.len()), (5, 1), "{:?}", sorted.refused);
}

#[test]
#[ignore = "slow"]
fn nothing_breaks_the_check_for_a_minute() {
    let (begun, mut batches) = (Instant::now(), 0);
    while begun.elapsed() < Duration::from_secs(60) {
        // Each time from another seed.
        let mut runner =
            TestRunner::new(ProptestConfig { cases: 500, failure_persistence: None, ..Default::default() });
        let tried = runner.run(&torn(), |bytes| {
            takes(&bytes);
            Ok(())
        });
        tried.unwrap_or_else(|error| panic!("{error}"));
        let tried = runner.run(&batch(), |batch| {
            takes(batch.to_string().as_bytes());
            Ok(())
        });
        tried.unwrap_or_else(|error| panic!("{error}"));
        batches += 1_000;
    }
    println!("{batches} batches in a minute");
}

proptest! {
    #[test]
    fn no_batch_of_odd_events_breaks_the_check(batch in batch()) {
        takes(batch.to_string().as_bytes());
    }

    #[test]
    fn no_bytes_break_the_check(bytes in torn()) {
        takes(&bytes);
    }
}
