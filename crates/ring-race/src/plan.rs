//! A request for a matrix, checked, with its limits.

use aio_ring_buggy::Variant;

use crate::error::Error;
use crate::request::Request;
use crate::scenario::Scenario;

/// The matrix as it is to be run.
#[derive(Debug)]
pub struct Plan {
    /// Its cells and seeds.
    pub request: Request,
    /// Guest instructions after which a run is ended; 0: no limit; none: by the number of events.
    pub budget: Option<u64>,
    /// Seconds after which a run is ended; 0: no limit.
    pub timeout: u64,
}

impl Plan {
    /// Refuses what no scenario can show.
    pub fn new(request: Request, budget: Option<u64>, timeout: u64) -> Result<Self, Error> {
        let plan = Plan {
            request,
            budget,
            timeout,
        };
        for &variant in &plan.request.variants {
            plan.scenario(variant)?;
        }
        Ok(plan)
    }

    /// The scenario of a variant.
    pub fn scenario(&self, variant: Variant) -> Result<Scenario, Error> {
        Scenario::new(variant, self.request.events, self.request.slots)
    }
}
