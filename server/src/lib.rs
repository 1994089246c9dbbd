//! Cuepoint's server: pages, media, the ledger, the API and the webhooks.

pub mod add;
pub mod api;
pub mod assets;
pub mod catalogue;
pub mod config;
pub mod contents;
pub mod demo;
pub mod egress;
pub mod engine;
pub mod framing;
pub mod identity;
pub mod keys;
pub mod media;
pub mod metrics;
pub mod page;
pub mod reply;
pub mod report;
pub mod routes;
pub mod serve;
mod spoken;
pub mod state;
pub mod store;
pub mod talk;
pub mod visitor;
pub mod webhook;
pub mod writer;
