//! The views of each register of a thread: the loads that its value depends on.

use isa::Registers;
use weakmem::View;

/// A view for each register.
///
/// Most views are empty. A set of the registers with other views answers most queries.
#[derive(Debug, Default)]
struct Plain {
    /// The registers with a view that is not empty.
    some: Registers,
    /// The views of the registers in `some`; the other entries are meaningless. It is empty until
    /// the first view is added.
    views: Vec<View>,
}

impl Clone for Plain {
    fn clone(&self) -> Self {
        let views = if self.some.is_empty() {
            Vec::new()
        } else {
            self.views.clone()
        };
        Self {
            some: self.some,
            views,
        }
    }
}

impl Plain {
    #[inline]
    fn is_free_of(&self, registers: Registers) -> bool {
        self.some.both(registers).is_empty()
    }

    #[inline]
    fn of(&self, registers: Registers) -> View {
        let some = registers.both(self.some);
        if some.is_empty() {
            return View::NONE;
        }
        some.numbers()
            .map(|number| self.views[number as usize])
            .collect()
    }

    #[inline]
    fn clear(&mut self, registers: Registers) {
        self.some = self.some.without(registers);
    }

    #[inline]
    fn add(&mut self, registers: Registers, view: View) {
        if view == View::NONE || registers.is_empty() {
            return;
        }
        if self.views.is_empty() {
            self.views.resize(Registers::COUNT, View::NONE);
        }
        for number in registers.numbers() {
            let known = self.some.contains(Registers::one(number));
            let slot = &mut self.views[number as usize];
            *slot = if known { slot.join(view) } else { view };
        }
        self.some |= registers;
    }

    fn join(&mut self, other: &Self) {
        for number in other.some.numbers() {
            let one = Registers::one(number);
            self.add(one, other.of(one));
        }
    }
}

/// What a value depends on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Depends {
    /// Without pick dependencies: herd's `dtrm` (aarch64deps.cat).
    pub basic: View,
    /// With pick dependencies: `pick-dtrm`. It includes `basic`.
    pub picked: View,
}

impl Depends {
    /// A value that depends on nothing.
    pub const NONE: Self = Self {
        basic: View::NONE,
        picked: View::NONE,
    };

    /// A value whose dependencies are not by pick.
    #[inline]
    pub const fn basic(view: View) -> Self {
        Self {
            basic: view,
            picked: view,
        }
    }

    /// Returns the dependencies, and `view` by pick.
    #[inline]
    pub fn or_picked(self, view: View) -> Self {
        Self {
            picked: self.picked.join(view),
            ..self
        }
    }

    /// Returns what it depends on by pick alone, or [`View::NONE`].
    #[inline]
    pub fn only_picked(self) -> View {
        self.picked.beyond(self.basic)
    }

    #[inline]
    pub fn join(self, other: Self) -> Self {
        Self {
            basic: self.basic.join(other.basic),
            picked: self.picked.join(other.picked),
        }
    }
}

/// What each register of a thread depends on.
#[derive(Debug, Clone, Default)]
pub(super) struct RegisterViews {
    basic: Plain,
    /// Views with pick dependencies, of the registers that have some. On architectures without
    /// pick dependencies it stays empty.
    picked: Plain,
}

impl RegisterViews {
    /// Whether these registers depend on nothing.
    #[inline]
    pub fn is_free_of(&self, registers: Registers) -> bool {
        self.basic.is_free_of(registers) && self.picked.is_free_of(registers)
    }

    /// Returns the joined dependencies of these registers.
    #[inline]
    pub fn of(&self, registers: Registers) -> Depends {
        let basic = self.basic.of(registers);
        Depends {
            basic,
            picked: basic.join(self.picked.of(registers)),
        }
    }

    /// Makes these registers depend on nothing.
    #[inline]
    pub fn clear(&mut self, registers: Registers) {
        self.basic.clear(registers);
        self.picked.clear(registers);
    }

    /// Joins `depends` to the dependencies of each of these registers.
    #[inline]
    pub fn add(&mut self, registers: Registers, depends: Depends) {
        if !registers.is_empty() && depends.picked != View::NONE {
            self.add_some(registers, depends);
        }
    }

    // A function of its own: most calls add nothing.
    #[inline(never)]
    fn add_some(&mut self, registers: Registers, depends: Depends) {
        self.basic.add(registers, depends.basic);
        let only_picked = depends.only_picked();
        if only_picked != View::NONE {
            self.picked.add(registers, only_picked);
        }
    }

    /// Joins the dependencies of each register with those in `other`.
    pub fn join(&mut self, other: &Self) {
        self.basic.join(&other.basic);
        self.picked.join(&other.picked);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_register_has_the_view_that_was_set_last_and_those_added() {
        let (a, b) = (Registers::one(0), Registers::one(127));
        let at = |time| Depends::basic(View::at(time));
        let mut views = RegisterViews::default();
        assert_eq!(views.of(a | b), Depends::NONE);
        views.add(a, at(3));
        views.add(b, at(2));
        views.add(b, at(1));
        assert_eq!((views.of(b), views.of(a | b)), (at(2), at(3)));
        let before = views.clone();
        views.clear(a | b);
        assert_eq!(views.of(a | b), Depends::NONE);
        views.add(a, at(1));
        assert_eq!(views.of(a), at(1), "not joined with the old view");
        views.join(&before);
        assert_eq!((views.of(a), views.of(b)), (at(3), at(2)));
    }

    #[test]
    fn a_register_has_two_views() {
        let (a, b) = (Registers::one(0), Registers::one(127));
        let mut views = RegisterViews::default();
        let chosen = Depends::basic(View::at(1)).or_picked(View::at(4));
        views.add(a, chosen);
        views.add(b, Depends::basic(View::at(2)));
        assert_eq!(views.of(a), chosen);
        assert_eq!(views.of(a).only_picked(), View::at(4));
        assert_eq!(views.of(b).only_picked(), View::NONE);
        assert_eq!(
            views.of(a | b),
            Depends::basic(View::at(2)).or_picked(View::at(4))
        );
        assert!(!views.is_free_of(a));
        views.clear(a);
        assert!(views.is_free_of(a));
        // What depends on nothing but by pick is not free.
        views.add(a, Depends::NONE.or_picked(View::at(3)));
        assert!(!views.is_free_of(a));
        assert_eq!(views.of(a).basic, View::NONE);
        let before = views.clone();
        views.clear(a);
        views.join(&before);
        assert_eq!(views.of(a).picked, View::at(3));
    }
}
