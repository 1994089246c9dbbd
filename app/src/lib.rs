//! Everything browser and server agree on: pages, player, interaction kinds, wire types.

// Views are nested types; rendering one computes its layout as deep as its markup goes.
#![recursion_limit = "256"]

pub mod engage;
pub mod error;
pub mod film;
pub mod host;
pub mod ids;
pub mod interaction;
pub mod metrics;
pub mod page;
pub mod player;
pub mod talk;
pub mod theme;
pub mod words;
