//! What the pages and server functions need from whoever runs them.

use crate::engage::{Batch, Receipt};
use crate::error::ApiError;
use std::{future::Future, pin::Pin, sync::Arc};

/// The server behind one request: it knows who asks.
pub trait Host: Send + Sync {
    /// Stores a batch, and answers once it is on disk.
    fn record(&self, batch: Batch) -> Answer<Receipt>;
}

pub type Answer<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>> + Send>>;

/// The host of the request being answered.
pub fn current() -> Result<Arc<dyn Host>, ApiError> {
    leptos::prelude::use_context::<Arc<dyn Host>>().ok_or_else(ApiError::internal)
}
