//! Trains the model: for each sign, and for danger at all, a line between the
//! utterances that have it and those that have not (a support vector machine with a
//! squared hinge loss, by dual coordinate descent; Hsieh et al., ICML 2008). Nothing
//! in it is drawn at random, and no function of it differs between machines.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::features::{BLOCKS, BUCKETS, Feature};

/// The features of an utterance: the place of each, and what it weighs.
pub(crate) type Row = Vec<(u32, f32)>;

/// An utterance: its features, and which classes it is of.
pub(crate) struct Example {
    pub features: Vec<Feature>,
    pub classes: Vec<usize>,
}

/// What training comes to, in whole numbers: places of features, then classes.
pub(crate) struct Trained {
    /// How rare a feature is, in 32nds.
    pub rarity: Vec<u8>,
    /// For each place a weight of each class.
    pub weights: Vec<i8>,
    /// For each class what is added.
    pub bias: Vec<f32>,
    /// What a weight of 1 is worth, for each class.
    pub scale: Vec<f32>,
}

/// Slack of the margin.
const COST: f32 = 1.0;
const ROUNDS: usize = 30;

/// One in 32 of a logarithm.
pub(crate) const RARITY_UNIT: f32 = 32.0;

/// Trains `classes` lines.
pub(crate) fn train(examples: &[Example], classes: usize) -> Trained {
    let rarity = rarity(examples);
    let rows: Vec<Row> = examples.iter().map(|one| row(&one.features, &rarity)).collect();
    let mut trained =
        Trained { rarity, weights: vec![0; BUCKETS * BLOCKS * classes], bias: Vec::new(), scale: Vec::new() };
    for (class, (line, bias)) in lines(&rows, examples, classes).into_iter().enumerate() {
        let largest = line.iter().fold(f32::MIN_POSITIVE, |most, weight| most.max(weight.abs()));
        let scale = largest / 127.0;
        for (place, weight) in line.iter().enumerate() {
            // Within -127..=127 by the scale.
            #[expect(clippy::cast_possible_truncation, reason = "bounded by the scale")]
            let whole = (weight / scale).round() as i8;
            trained.weights[place * classes + class] = whole;
        }
        trained.bias.push(bias);
        trained.scale.push(scale);
    }
    trained
}

/// The line of each class. None depends on another, so that several are found at a time.
fn lines(rows: &[Row], examples: &[Example], classes: usize) -> Vec<(Vec<f32>, f32)> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(vec![(Vec::new(), 0.0); classes]);
    let work = || {
        loop {
            let class = next.fetch_add(1, Ordering::Relaxed);
            if class >= classes {
                return;
            }
            let wanted: Vec<bool> = examples.iter().map(|one| one.classes.contains(&class)).collect();
            let line = line(rows, &wanted);
            found.lock().unwrap_or_else(PoisonError::into_inner)[class] = line;
        }
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn rarity(examples: &[Example]) -> Vec<u8> {
    let mut seen = vec![0_u32; BUCKETS * BLOCKS];
    for example in examples {
        for feature in &example.features {
            seen[feature.place as usize] += 1;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "thousands")]
    let all = examples.len() as f32 + 1.0;
    seen.iter()
        .map(|&count| {
            #[expect(clippy::cast_precision_loss, reason = "thousands")]
            let count = count as f32 + 1.0;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 255")]
            let rarity = (((all / count).ln() + 1.0) * RARITY_UNIT / 2.0).min(255.0) as u8;
            rarity
        })
        .collect()
}

/// The features with their values: each block of length one.
pub(crate) fn row(features: &[Feature], rarity: &[u8]) -> Row {
    let mut row = Vec::with_capacity(features.len());
    let mut square = [0.0_f32; BLOCKS];
    for feature in features {
        let value = f32::from(rarity[feature.place as usize]);
        square[feature.block()] += value * value;
    }
    let length = square.map(|square| square.sqrt().max(f32::MIN_POSITIVE));
    for feature in features {
        let value = f32::from(rarity[feature.place as usize]);
        row.push((feature.place, value / length[feature.block()]));
    }
    row
}

fn line(rows: &[Row], wanted: &[bool]) -> (Vec<f32>, f32) {
    let positive = wanted.iter().filter(|one| **one).count().max(1);
    #[expect(clippy::cast_precision_loss, reason = "thousands")]
    let (all, positive) = (rows.len() as f32, positive as f32);
    // Both sides weigh the same, however few say it.
    let cost = |wanted: bool| COST * all / (2.0 * if wanted { positive } else { (all - positive).max(1.0) });
    let mut weights = vec![0.0_f32; BUCKETS * BLOCKS];
    let mut bias = 0.0_f32;
    let mut duals = vec![0.0_f32; rows.len()];
    let lengths: Vec<f32> =
        rows.iter().map(|row| 1.0 + row.iter().map(|(_, value)| value * value).sum::<f32>()).collect();
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut shuffle = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..ROUNDS {
        for at in (1..order.len()).rev() {
            shuffle ^= shuffle << 13;
            shuffle ^= shuffle >> 7;
            shuffle ^= shuffle << 17;
            let other = usize::try_from(shuffle % (at as u64 + 1)).unwrap_or(0);
            order.swap(at, other);
        }
        for &at in &order {
            let side = if wanted[at] { 1.0 } else { -1.0 };
            let slack = 0.5 / cost(wanted[at]);
            let score = bias + rows[at].iter().map(|(place, value)| weights[*place as usize] * value).sum::<f32>();
            let gradient = side * score - 1.0 + duals[at] * slack;
            if duals[at] == 0.0 && gradient >= 0.0 {
                continue;
            }
            let before = duals[at];
            duals[at] = (before - gradient / (lengths[at] + slack)).max(0.0);
            let step = (duals[at] - before) * side;
            if step != 0.0 {
                bias += step;
                for (place, value) in &rows[at] {
                    weights[*place as usize] += step * value;
                }
            }
        }
    }
    (weights, bias)
}
