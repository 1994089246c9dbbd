//! What is reported, and how it comes about.

mod api;
mod audience;
mod errors;
mod golden;
mod order;
mod owner_link;
mod page;
mod replaced;
pub mod rollups;
mod series;
mod traits;
