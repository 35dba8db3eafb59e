//! The greffon host: one binary to serve, work, check and demonstrate.
mod config;
fn main() {}
