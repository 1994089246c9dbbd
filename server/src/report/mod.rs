//! Pure folds from rows to figures.

pub mod credit;
pub mod position;
pub mod video;
