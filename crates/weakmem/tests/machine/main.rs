//! What the machine promises beyond litmus tests: pages, limits, reservations, counters, views,
//! steps.

mod pages;
mod reservation;
mod step;
mod stores;
mod support;
mod unseen;
mod views;
