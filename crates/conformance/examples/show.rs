use axioms::{Model, suite};
use diy::Arch;
fn main() {
    let name = std::env::args().nth(1).unwrap();
    for e in suite(Arch::Ppc64le).unwrap() {
        if e.name == name {
            let t = e.test(Arch::Ppc64le).unwrap();
            println!("{t}\n{:?}", e.states.of(Model::Allowed));
            println!(
                "found {:?}",
                conformance::outcomes(&t, weakmem::Rules::POWER)
            );
            let mut r = weakmem::Rules::POWER;
            r.multi_copy_atomic = true;
            println!("mca {:?}", conformance::outcomes(&t, r));
            r.load_buffering = false;
            println!("no lb {:?}", conformance::outcomes(&t, r));
        }
    }
}
