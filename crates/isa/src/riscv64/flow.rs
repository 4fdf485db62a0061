//! Register flow.

use crate::Flow;

pub(crate) fn flow(_bytes: &[u8]) -> Flow {
    Flow::UNKNOWN
}
