//! Lines and heads of arrows.

/// A point.
#[derive(Debug, Clone, Copy)]
pub struct Point {
    pub x: i32,
    pub y: i32,
}

/// How long the head of an arrow is.
const HEAD: i32 = 10;

/// The head of an arrow that points to the right (1) or the left (-1), its tip at `end`.
pub fn head(end: Point, sign: i32) -> String {
    let Point { x, y } = end;
    let back = x - sign * HEAD;
    format!("M{x} {y}L{back} {}V{}Z", y - 6, y + 6)
}

/// From one side of a lane out to `x`, along the lane, and back to the same side.
pub fn bracket(begin: Point, end: Point, x: i32, sign: i32) -> String {
    let round = 8;
    let down = if end.y < begin.y { -1 } else { 1 };
    let near = x - sign * round;
    format!(
        "M{} {}H{near}Q{x} {} {x} {}V{}Q{x} {} {near} {}H{}",
        begin.x,
        begin.y,
        begin.y,
        begin.y + down * round,
        end.y - down * round,
        end.y,
        end.y,
        end.x + sign * (HEAD - 1),
    )
}

/// Straight to `bend`, in a curve to `landing`, straight to `end`.
pub fn curve(begin: Point, bend: Point, landing: Point, end: Point, sign: i32) -> String {
    let middle = i32::midpoint(bend.x, landing.x);
    format!(
        "M{} {}H{}C{middle} {} {middle} {} {} {}H{}",
        begin.x,
        begin.y,
        bend.x,
        bend.y,
        landing.y,
        landing.x,
        landing.y,
        end.x - sign * (HEAD - 1),
    )
}

/// A point on the curve between two points that is not near a taken one; the middle, if possible.
pub fn free(bend: Point, landing: Point, taken: &[Point]) -> Point {
    let at = |percent: i64| {
        let (t, u) = (percent, 100 - percent);
        let [a, b, c, d] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
        let (x0, x1) = (i64::from(bend.x), i64::from(landing.x));
        let (y0, y1) = (i64::from(bend.y), i64::from(landing.y));
        let x = (a * x0 + (b + c) * i64::midpoint(x0, x1) + d * x1) / 1_000_000;
        let y = ((a + b) * y0 + (c + d) * y1) / 1_000_000;
        Point {
            x: x as i32,
            y: y as i32,
        }
    };
    let near = |point: &Point| {
        taken
            .iter()
            .any(|t| (t.x - point.x).abs() < 34 && (t.y - point.y).abs() < 26)
    };
    let candidates = [50, 40, 60, 30, 70, 20, 80].map(at);
    candidates
        .into_iter()
        .find(|point| !near(point))
        .unwrap_or(candidates[0])
}
