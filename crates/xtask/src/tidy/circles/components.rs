//! The circles of a graph: its strongly connected components of more than one node.

use std::collections::BTreeSet;

/// Returns the circles among `count` nodes, from the set of nodes that each node reaches. A crate
/// has only some dozens of files.
pub(super) fn circles(count: usize, edges: &[(usize, usize)]) -> Vec<BTreeSet<usize>> {
    let reached: Vec<_> = (0..count).map(|node| reach(node, edges)).collect();
    let mut circles = Vec::new();
    for node in 0..count {
        let circle: BTreeSet<_> = reached[node]
            .iter()
            .copied()
            .filter(|&other| reached[other].contains(&node))
            .collect();
        if circle.len() > 1 && circle.first() == Some(&node) {
            circles.push(circle);
        }
    }
    circles
}

/// Returns the nodes that are reached by one or more edges.
fn reach(node: usize, edges: &[(usize, usize)]) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        for &(_, to) in edges.iter().filter(|(from, _)| *from == node) {
            if reached.insert(to) {
                waiting.push(to);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_each_circle_once() {
        let edges = [
            (0, 1),
            (1, 2),
            (2, 1),
            (2, 3),
            (3, 4),
            (4, 5),
            (5, 3),
            (6, 0),
        ];
        assert_eq!(
            circles(7, &edges),
            [BTreeSet::from([1, 2]), BTreeSet::from([3, 4, 5])]
        );
        assert!(circles(3, &[(0, 1), (1, 2), (0, 2)]).is_empty());
    }
}
