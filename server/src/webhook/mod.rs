//! Webhooks: what customers are told, how it is signed, when it is tried again, and who carries it.

pub mod courier;
pub mod notice;
pub mod post;
pub mod schedule;
pub mod sign;
