//! What the machine does beyond litmus tests: pages, limits, reservations, counters, views, steps,
//! promises.

mod ahead;
mod arrive;
mod guards;
mod pages;
mod promise;
mod reservation;
mod step;
mod stores;
mod support;
mod unseen;
mod views;
