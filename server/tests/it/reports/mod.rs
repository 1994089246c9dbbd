//! What is reported, and how it comes about.

mod api;
mod errors;
mod golden;
mod page;
mod replaced;
pub mod rollups;
