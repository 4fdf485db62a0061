//! Small programs explored exhaustively: the classic shapes, and the model's limits.

mod explore;
mod limits;
mod shapes;
