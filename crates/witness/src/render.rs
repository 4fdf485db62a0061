//! How a story is shown.
