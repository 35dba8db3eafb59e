//! WebDAV and CalDAV: requests, multistatus answers, discovery.

pub mod client;
pub mod date;
pub mod discovery;
pub mod failure;
pub mod multistatus;
pub mod place;
pub mod xml;
