//! The real server on a port of its own, a real database on disk, real receivers.

mod support;

mod access;
mod add;
mod crash;
mod engage;
mod full_disk;
mod imports;
mod interactions;
mod media;
mod openapi;
mod pages;
mod people;
mod reports;
mod sharing;
mod stop;
mod story;
mod talk;
mod uploads;
mod videos;
mod viewers;
mod webhooks;
