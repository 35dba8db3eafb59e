//! What the tests stand on: a whole host in this process with a clock of its
//! own, and real peers in processes of theirs.

pub mod counting;
pub mod host;
pub mod peers;
pub mod postgres;
pub mod practice;
pub mod provider;
pub mod proxy;
pub mod road;
