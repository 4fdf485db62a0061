//! Each form that herd7 reads in a test around the instructions: `lib/stateParser.mly`, `lib/splitter.mll`
//! and `lib/procRules.mly` of herdtools7.

use litmus::{Test, Type, Value};

/// What is read of a test: initial values, condition, observables.
fn read(text: &str) -> String {
    let test = match Test::parse(text) {
        Ok(test) => test,
        Err(error) => return error.to_string(),
    };
    let locations = test
        .locations
        .iter()
        .map(|one| format!("{}={}", one.name, one.value));
    let registers = test
        .processors
        .iter()
        .enumerate()
        .flat_map(|(processor, one)| {
            let registers = one.registers.iter();
            registers.map(move |one| (processor, one.register, one.value.clone()))
        });
    let registers = registers.map(|(processor, register, value)| {
        format!("{processor}:{}={value}", register.name(test.arch))
    });
    let shown: Vec<&str> = test
        .observables
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    format!(
        "{} | {} | {} | {}",
        test.name,
        locations.chain(registers).collect::<Vec<_>>().join(" "),
        test.condition.shown(&test.observables),
        shown.join(" ")
    )
}

/// A test of Power with this initial state and this end.
fn with(initial: &str, end: &str) -> String {
    read(&format!(
        "PPC t\n{{ {initial} }}\n P0 | P1 ;\n li r1,1 | ;\n{end}\n"
    ))
}

#[test]
fn the_initial_state() {
    for (initial, expected) in [
        ("P0:r5=x;", "x=0 0:r5=x"),
        ("P1:%r5=&x; 0:%r6=-1", "x=0 0:r6=-1 1:r5=x"),
        ("uint64_t x=1; int y; int *p=&x; q=x;", "x=1 y=0 p=x q=x"),
        ("int 0:r5=3; uint8_t [x]=0x1f; [y]=2;", "x=31 y=2 0:r5=3"),
        ("_Atomic int x=1; int y=ATOMIC_INIT(2);", "x=1 y=2"),
        ("*x=1; (* c *)\ty=2;\r\n;", "x=1 y=2"),
        ("x=1; // of x\n y=2;", "x=1 y=2"),
        ("", ""),
    ] {
        let found = with(initial, "forall (true)");
        assert_eq!(
            found,
            format!("t | {expected} | forall (true) | "),
            "{initial}"
        );
    }
}

#[test]
fn the_end() {
    for (end, expected) in [
        ("exists (x=1);", "exists ([x]=1) | x"),
        (
            "exists x=1 /\\ P0:%r1=2;",
            "exists ([x]=1 /\\ 0:r1=2) | x 0:r1",
        ),
        ("~exists (x=1)", "~exists ([x]=1) | x"),
        ("not exists (x=1)", "~exists ([x]=1) | x"),
        ("final (x=1);", "exists ([x]=1) | x"),
        ("(x=1 \\/ false)", "exists ([x]=1 \\/ false) | x"),
        (
            "observed x=1; 0:r1=2; and x=3;",
            "exists (([x]=1 /\\ 0:r1=2) \\/ [x]=3) | x 0:r1",
        ),
        (
            "locations [x int; 0:r1; p int*; y*]\nforall (x<>1)",
            "forall (~([x]=1)) | x 0:r1 p y",
        ),
        (
            "locations []\nfilter x=1\nexists (y==2)",
            "exists ([y]=2) | x y",
        ),
        (
            "exists (x=[y] \\/ 0:r1=1:r2)",
            "exists ([x]=[y] \\/ 0:r1=1:r2) | x y 0:r1 1:r2",
        ),
        // Not as in C: an implication binds more than the others.
        (
            "exists (x=1 => y=1 \\/ z=1 /\\ not z=2)",
            "exists (([x]=1 => [y]=1) \\/ ([z]=1 /\\ ~([z]=2))) | x y z",
        ),
        (
            "exists (x=1 => y=1 => z=1)",
            "exists ([x]=1 => ([y]=1 => [z]=1)) | x y z",
        ),
        (
            "exists (x=1);\nwith tso: ~exists; power : exists\n",
            "exists ([x]=1) | x",
        ),
        ("exists (x=1)\n<<\nanything ( here", "exists ([x]=1) | x"),
    ] {
        let found = with("x=0; y=0; z=0;", end);
        let found = found.split(" | ").skip(2).collect::<Vec<_>>().join(" | ");
        assert_eq!(found, expected, "{end}");
    }
}

#[test]
fn the_head() {
    let rest = " x=1; }\n P0 ;\n nop ;\nexists (x=1)";
    for head in [
        "RISCV t\n{",
        "RISCV t {",
        "RISCV\tt\r\n{\r\n",
        "RISCV t \"a description\"\n{",
        "RISCV t (tex) \"a description\";\n{",
        "RISCV t\n\"a description { ;\nin two lines\"\n{",
        "RISCV t\n\"no end\n{",
        "RISCV t \"no end\n\n{",
        "RISCV t\n\"a\" \"b\"\nKey=a { b\nother words\n{",
        "(* c *)\n\nRISCV t\n{",
        "\u{feff}RISCV t\n// c\n{",
    ] {
        let found = read(&format!("{head}{rest}"));
        assert_eq!(found, "t | x=1 | exists ([x]=1) | x", "{head:?}");
    }
}

#[test]
fn the_program() {
    for program in [
        " P0 | P1 ;\n li r1,1 | ;\n",
        "\tP0|P1;\r\n\tli\tr1,1|;\r\n",
        ";\n P0 | P1 ;\n li r1,1 | ;\n",
        " P0: | P1:A,B ;\n li %r1,1 | ;\n",
        " P0 | P1 ; // c\n li r1,1 // c ; d\n | (* c (* d *) *) ;\n",
    ] {
        let found = read(&format!("PPC t\n{{ }}\n{program}exists (0:%r1=1)"));
        assert_eq!(found, "t |  | exists (0:r1=1) | 0:r1", "{program:?}");
    }
}

#[test]
fn registers_with_a_percent_sign() {
    let text = "AArch64 t\n{ 0:%x1=x; uint64_t P0:%x2=2; }\n P0 ;\n STR W%x2,[%x1] ;\n\
        locations [0:%x1;]\nexists (x=2 /\\ 0:%w2=2)";
    let found = read(text);
    assert_eq!(
        found,
        "t | x=0 0:X1=x 0:X2=2 | exists ([x]=2 /\\ 0:X2=2) | 0:X1 x 0:X2"
    );
    let assembly = Test::parse(text).unwrap().assembly().unwrap().text;
    assert!(assembly.contains("str w2,[x1]\n"), "{assembly}");
}

#[test]
fn what_is_not_supported_is_said_with_its_place() {
    for (initial, end, expected) in [
        (
            "int x[2]={1,2};",
            "",
            "line 2, column 3: arrays are not supported: use a location for each element",
        ),
        (
            "x={1,2};",
            "",
            "line 2, column 5: arrays are not supported: use a location for each element",
        ),
        ("P2:r1=1;", "", "line 2, column 3: there is no processor 2"),
        (
            "0:r1=1 y=2",
            "",
            "line 2, column 10: expected `;` after this entry of the initial state, found `y=2`",
        ),
        (
            "0:q1=1",
            "",
            "line 2, column 5: expected a general-purpose register of PPC, found `q1=1`",
        ),
        (
            "",
            "exists (x=1 /\\)",
            "line 5, column 15: expected a register (`0:X1`) or a location (`[x]`), found `)`",
        ),
        (
            "",
            "exists (x=1 with",
            "line 5, column 13: expected `)` after this part of the condition, found `with`",
        ),
        (
            "",
            "exists (x=1) with a: never",
            "line 5, column 22: expected `exists`, `~exists` or `forall`, found `never`",
        ),
        (
            "",
            "exists (x=1) exists (x=2)",
            "line 5, column 14: there is a second condition: keep one",
        ),
    ] {
        assert_eq!(with(initial, end), expected, "{initial} {end}");
    }
    let error = Test::parse("PPC t\n{ }\n P0 | P1 ;\n li r1,1 | blr ;\nexists (x=1)").unwrap_err();
    assert_eq!(error.position.to_string(), "4:12");
}

#[test]
fn types_of_registers_are_kept() {
    let test =
        Test::parse("PPC t\n{ uint64_t P0:r1=-1; }\n P0 ;\n nop ;\nexists (0:r1=1)").unwrap();
    assert_eq!(
        test.observables[0].kind,
        Type::of_words("uint64_t").unwrap()
    );
    assert_eq!(test.processors[0].registers[0].value, Value::Number(-1));
}
