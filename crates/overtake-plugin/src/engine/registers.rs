//! The view of each register of a thread: the loads that its value depends on.

use isa::Registers;
use weakmem::View;

/// A view for each register.
///
/// Most views are empty. A set of the registers with other views answers most queries.
#[derive(Debug, Clone)]
pub(super) struct RegisterViews {
    /// The registers with a view that is not empty.
    some: Registers,
    /// The views of the registers in `some`; the other entries are meaningless.
    views: Box<[View; Registers::COUNT]>,
}

impl Default for RegisterViews {
    fn default() -> Self {
        Self {
            some: Registers::NONE,
            views: Box::new([View::NONE; Registers::COUNT]),
        }
    }
}

impl RegisterViews {
    /// Whether the views of all these registers are empty.
    #[inline]
    pub fn is_free_of(&self, registers: Registers) -> bool {
        self.some.both(registers).is_empty()
    }

    /// Returns the joined view of these registers.
    #[inline]
    pub fn of(&self, registers: Registers) -> View {
        let some = registers.both(self.some);
        if some.is_empty() {
            return View::NONE;
        }
        some.numbers()
            .map(|number| self.views[number as usize])
            .collect()
    }

    /// Sets the view of each of these registers.
    #[inline]
    pub fn set(&mut self, registers: Registers, view: View) {
        self.some = self.some.without(registers);
        self.add(registers, view);
    }

    /// Joins this view to the view of each of these registers.
    #[inline]
    pub fn add(&mut self, registers: Registers, view: View) {
        if view == View::NONE || registers.is_empty() {
            return;
        }
        for number in registers.numbers() {
            let known = self.some.contains(Registers::one(number));
            let slot = &mut self.views[number as usize];
            *slot = if known { slot.join(view) } else { view };
        }
        self.some |= registers;
    }

    /// Joins the view of each register with its view in `other`.
    pub fn join(&mut self, other: &Self) {
        for number in other.some.numbers() {
            let one = Registers::one(number);
            self.add(one, other.of(one));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_register_has_the_view_that_was_set_last_and_those_added() {
        let (a, b) = (Registers::one(0), Registers::one(127));
        let mut views = RegisterViews::default();
        assert_eq!(views.of(a | b), View::NONE);
        views.set(a, View::at(3));
        views.add(b, View::at(2));
        views.add(b, View::at(1));
        assert_eq!((views.of(b), views.of(a | b)), (View::at(2), View::at(3)));
        let before = views.clone();
        views.set(a | b, View::NONE);
        assert_eq!(views.of(a | b), View::NONE);
        views.add(a, View::at(1));
        assert_eq!(views.of(a), View::at(1), "not joined with the old view");
        views.join(&before);
        assert_eq!((views.of(a), views.of(b)), (View::at(3), View::at(2)));
    }
}
