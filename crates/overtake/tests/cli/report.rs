//! `overtake report`: the content of the page, and how a browser shows it.

use crate::support::need::{Need, browser};
use crate::support::test::Test;
use crate::test;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::support::{folder, hollow_home, overtake_at_home, targets};
use arch::Arch;
use emulator::target::Target as _;
use tempfile::TempDir;

/// How many parts of a kind a page has.
fn count(page: &str, part: &str) -> usize {
    page.matches(part).count()
}

/// A weak target under test, if there is one, and x86_64, if it is.
fn few_targets() -> Vec<Arch> {
    let under_test = targets();
    let weak = under_test.iter().find(|target| target.reorders_stores());
    let strong = under_test.iter().find(|target| !target.reorders_stores());
    weak.into_iter().chain(strong).copied().collect()
}

/// A page of two variants, and how many witnesses it must have.
fn page(folder: &TempDir) -> (PathBuf, usize) {
    let targets = few_targets();
    let weak = targets.iter().filter(|target| target.reorders_stores());
    let names: Vec<_> = targets.iter().map(|target| target.name()).collect();
    let file = folder.path().join("page.html");
    overtake_at_home()
        .args(["report", "--targets", &names.join(",")])
        .args(["--variants", "release,relaxed-tail"])
        .args(["--seeds", "1", "--events", "200"])
        .arg("--output")
        .arg(&file)
        .assert()
        .success()
        .stdout("")
        .stderr("");
    (file, weak.count())
}

fn a_page_has_everything() {
    let folder = folder();
    let (file, witnesses) = page(&folder);
    let page = fs::read_to_string(&file).expect("it was written");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

    // The matrix, and two tables for each variant.
    assert_eq!(count(&page, "<table>"), 5);
    assert_eq!(count(&page, "<svg "), witnesses);
    assert_eq!(count(&page, "<h4>What would have prevented it"), witnesses);
    for variant in ["release", "relaxed-tail"] {
        let start = format!("<h3 id=\"variant-{variant}\">");
        let (_, rest) = page.split_once(&start).expect("each has its part");
        let (evidence, _) = rest.split_once("</article>").expect("it ends");
        assert!(evidence.contains("(store_tail)") && evidence.contains("(load_tail)"));
        assert!(evidence.to_lowercase().contains("pairs with"), "{evidence}");
        for target in few_targets() {
            for side in ["writer", "reader"] {
                let summary = format!("<summary>{target}, {side}: ");
                assert_eq!(count(evidence, &summary), 1, "{summary}");
            }
            // As the axioms say, so does overtake's model, and so it runs.
            let stale = variant == "relaxed-tail" && target.reorders_stores();
            let (axioms, model) = if stale {
                ("allowed", "reached")
            } else {
                ("forbidden", "never")
            };
            let row = format!("<th scope=\"row\">{target}</th>");
            let rows: Vec<_> = evidence.split(&row).skip(1).collect();
            let [verdict, run] = rows.as_slice() else {
                panic!("{target} has {} rows", rows.len());
            };
            let row = |rest: &str| rest.split_once("</tr>").expect("it ends").0.to_owned();
            assert!(row(verdict).contains(axioms), "{}", row(verdict));
            assert!(row(verdict).contains(model), "{}", row(verdict));
            assert_eq!(row(run).contains("1/1 ("), stale, "{}", row(run));
        }
    }
    assert!(!page.contains("accesses not found"));

    // It needs nothing else. A name of a namespace is not loaded.
    let own = page.replace("http://www.w3.org/2000/svg", "");
    for outside in [
        "http:", "https:", "src=", "url(", "@import", "<script", "<link",
    ] {
        assert!(!own.contains(outside), "{outside}");
    }
    well_formed(&page);
}

/// Every element is closed, the last that was opened first.
fn well_formed(page: &str) {
    const VOID: [&str; 3] = ["meta", "wbr", "br"];
    let (_, mut rest) = page.split_once("<!DOCTYPE html>").expect("it is HTML");
    let mut open: Vec<&str> = Vec::new();
    while let Some((_, tag)) = rest.split_once('<') {
        let (tag, after) = tag.split_once('>').expect("a tag ends");
        rest = after;
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed));
            continue;
        }
        let element = tag.split([' ', '/', '\n']).next().expect("it has a name");
        if element == "style" {
            let (_, after) = rest.split_once("</style>").expect("it ends");
            rest = after;
        } else if !tag.ends_with('/') && !VOID.contains(&element) {
            open.push(element);
        }
    }
    assert_eq!(open, Vec::<&str>::new());
}

/// What is missing is said before anything is run, and no file is left.
fn nothing_is_written_without_guests() {
    let folder = folder();
    let home = hollow_home();
    let file = folder.path().join("page.html");
    overtake_at_home()
        .args(["report", "--targets", "x86_64", "--output"])
        .arg(&file)
        .arg("--home")
        .arg(home.path())
        .assert()
        .failure();
    assert!(!file.exists());
}

/// What is on the page is seen in a browser: nothing is missing, and every table and picture has a
/// size, wide and narrow.
fn a_browser_shows_it() {
    let browser = browser().expect("it is needed");
    let folder = folder();
    let (file, witnesses) = page(&folder);
    let page = fs::read_to_string(&file).expect("it was written");
    let measuring = folder.path().join("measuring.html");
    fs::write(&measuring, page.replace("</body>", MEASURE)).expect("writable");

    for width in [1200, 500] {
        let size = format!("--window-size={width},1000");
        let dom = shown(&browser, &folder, &[&size, "--dump-dom"], &measuring);
        let (_, rest) = dom.split_once("<pre id=\"measured\">").expect("it ran");
        let (measured, _) = rest.split_once("</pre>").expect("it ends");
        let lines: Vec<Vec<&str>> = measured
            .lines()
            .map(|line| line.split(' ').collect())
            .collect();
        let of = |kind: &str| lines.iter().filter(|line| line[0] == kind).count();
        assert_eq!((of("table"), of("svg")), (5, witnesses), "{measured}");
        for line in &lines {
            let [kind, width, height] = line[..] else {
                panic!("{line:?}");
            };
            let number = |text: &str| text.parse::<f64>().expect("a number");
            let (least_width, least_height) = match kind {
                "svg" => (200.0, 200.0),
                "table" => (150.0, 60.0),
                // The page itself is not scrolled sideways.
                "overflow" => {
                    assert!(number(width) <= number(height), "{line:?}");
                    continue;
                }
                _ => panic!("{line:?}"),
            };
            assert!(number(width) >= least_width, "{line:?}");
            assert!(number(height) >= least_height, "{line:?}");
        }
    }

    let picture = folder.path().join("page.png");
    let option = format!("--screenshot={}", picture.display());
    shown(
        &browser,
        &folder,
        &["--window-size=1200,3000", &option],
        &file,
    );
    let bytes = fs::read(&picture).expect("it was written");
    assert!(bytes.starts_with(b"\x89PNG"));
    // A page of one colour takes some 15,000 bytes.
    assert!(bytes.len() > 60_000, "only {} bytes", bytes.len());
}

/// Writes what it measures into the page.
const MEASURE: &str = r#"<pre id="measured"></pre><script>
const lines = [...document.querySelectorAll("table, main svg")].map(one => {
  const { width, height } = one.getBoundingClientRect();
  return `${one.localName} ${width} ${height}`;
});
const root = document.documentElement;
lines.push(`overflow ${root.scrollWidth} ${root.clientWidth}`);
document.getElementById("measured").textContent = lines.join("\n");
</script></body>"#;

/// Has the browser load a file; what it writes to standard output. It must not complain.
fn shown(browser: &Path, folder: &TempDir, options: &[&str], file: &Path) -> String {
    let place = |name: &str| folder.path().join(name);
    let create = |name: &str| File::create(place(name)).expect("writable");
    let mut child = Command::new(browser)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu"])
        .args([
            "--no-first-run",
            "--enable-logging=stderr",
            "--hide-scrollbars",
        ])
        .arg("--virtual-time-budget=2000")
        .arg(format!("--user-data-dir={}", place("profile").display()))
        .args(options)
        .arg(format!("file://{}", file.display()))
        .stdin(Stdio::null())
        .stdout(create("stdout"))
        .stderr(create("stderr"))
        .spawn()
        .expect("the browser starts");
    let status = within(&mut child, Duration::from_secs(120));
    let read = |name: &str| String::from_utf8_lossy(&fs::read(place(name)).unwrap()).into_owned();
    let errors = read("stderr");
    let status = status.unwrap_or_else(|| panic!("the browser did not end: {errors}"));
    assert!(status.success(), "{status}: {errors}");
    for line in errors.lines() {
        for word in ["CONSOLE", "Uncaught", "Failed to load"] {
            assert!(!line.contains(word), "{line}");
        }
    }
    read("stdout")
}

/// Waits; a child that takes too long is ended.
fn within(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let start = Instant::now();
    while start.elapsed() < limit {
        if let Some(status) = child.try_wait().expect("it is ours") {
            return Some(status);
        }
        sleep(Duration::from_millis(50));
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![
        test!(a_page_has_everything),
        test!(nothing_is_written_without_guests),
        test!(a_browser_shows_it).needs(Need::Browser),
    ]
}
