//! Everything browser and server agree on: pages, player, interaction kinds, wire types.

pub mod engage;
pub mod error;
pub mod film;
pub mod host;
pub mod ids;
pub mod interaction;
pub mod page;
pub mod player;
