//! What is reported, and how it comes about.

mod errors;
mod rollups;
