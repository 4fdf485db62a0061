//! Register flow.

use crate::Flow;

pub(crate) fn flow(_word: u32) -> Flow {
    Flow::UNKNOWN
}
