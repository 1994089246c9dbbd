//! Pure folds from rows to figures.

pub mod credit;
pub mod heat;
pub mod part;
pub mod position;
pub mod video;
