//! Tables whose columns are in groups.
//!
//! Written here because neither comfy-table nor tabled can put a heading above several columns in a table
//! without lines, or omit trailing white space next to coloured cells.

use std::fmt;

use anstyle::Style;

/// A table: a column of names, then groups of columns.
#[derive(Debug)]
pub struct Table {
    corner: String,
    groups: Vec<Group>,
    rows: Vec<(String, Vec<Cell>)>,
}

#[derive(Debug)]
struct Group {
    name: String,
    columns: Vec<String>,
}

/// One cell.
#[derive(Debug, Clone)]
pub struct Cell {
    /// What is written; its width is the number of its characters.
    pub text: String,
    /// How it looks on a terminal.
    pub style: Style,
}

impl Table {
    /// A table whose first column has this name.
    pub fn new(corner: &str) -> Self {
        Table {
            corner: corner.to_owned(),
            groups: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// Adds columns with a common name above them.
    pub fn group<'a>(&mut self, name: &str, columns: impl Iterator<Item = &'a str>) {
        self.groups.push(Group {
            name: name.to_owned(),
            columns: columns.map(str::to_owned).collect(),
        });
    }

    /// Adds a row; as many cells as there are columns.
    pub fn row(&mut self, name: &str, cells: impl Iterator<Item = Cell>) {
        self.rows.push((name.to_owned(), cells.collect()));
    }
}

const BETWEEN_COLUMNS: &str = "  ";
const BETWEEN_GROUPS: &str = "   ";

fn width(text: &str) -> usize {
    text.chars().count()
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bold = Style::new().bold();
        let names = self.rows.iter().map(|(name, _)| width(name));
        let first = names.chain([width(&self.corner)]).max().unwrap_or(0);

        // For each group: how wide its columns are, and where they begin among all columns.
        let mut begin = 0;
        let layout: Vec<(usize, Vec<usize>)> = self
            .groups
            .iter()
            .map(|group| {
                let mut widths: Vec<usize> = Vec::new();
                for (i, column) in group.columns.iter().enumerate() {
                    let cells = self
                        .rows
                        .iter()
                        .filter_map(|(_, cells)| cells.get(begin + i));
                    let widest = cells.map(|cell| width(&cell.text)).max().unwrap_or(0);
                    widths.push(widest.max(width(column)));
                }
                // The group's name must fit as well.
                let all = total(&widths);
                if let Some(last) = widths.last_mut() {
                    *last += width(&group.name).saturating_sub(all);
                }
                begin += widths.len();
                (begin - widths.len(), widths)
            })
            .collect();

        let blank = Cell {
            text: String::new(),
            style: Style::new(),
        };
        let mut line = Line::new(f);
        line.put("", first, Style::new())?;
        for (group, (_, widths)) in self.groups.iter().zip(&layout) {
            line.space(BETWEEN_GROUPS);
            line.put(&group.name, total(widths), bold)?;
        }
        line.end()?;
        line.put(&self.corner, first, bold)?;
        for (group, (_, widths)) in self.groups.iter().zip(&layout) {
            for (i, (column, &width)) in group.columns.iter().zip(widths).enumerate() {
                line.space(if i == 0 {
                    BETWEEN_GROUPS
                } else {
                    BETWEEN_COLUMNS
                });
                line.put(column, width, bold)?;
            }
        }
        line.end()?;
        for (name, cells) in &self.rows {
            line.put(name, first, Style::new())?;
            for (begin, widths) in &layout {
                for (i, &width) in widths.iter().enumerate() {
                    let cell = cells.get(begin + i).unwrap_or(&blank);
                    line.space(if i == 0 {
                        BETWEEN_GROUPS
                    } else {
                        BETWEEN_COLUMNS
                    });
                    line.put(&cell.text, width, cell.style)?;
                }
            }
            line.end()?;
        }
        Ok(())
    }
}

/// How wide columns are together.
fn total(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + BETWEEN_COLUMNS.len() * widths.len().saturating_sub(1)
}

/// A line without white space at its end.
struct Line<'a, 'b> {
    f: &'a mut fmt::Formatter<'b>,
    owed: usize,
}

impl<'a, 'b> Line<'a, 'b> {
    fn new(f: &'a mut fmt::Formatter<'b>) -> Self {
        Line { f, owed: 0 }
    }

    fn space(&mut self, space: &str) {
        self.owed += space.len();
    }

    fn put(&mut self, text: &str, wide: usize, style: Style) -> fmt::Result {
        if !text.is_empty() {
            let owed = std::mem::take(&mut self.owed);
            write!(self.f, "{:owed$}{style}{text}{style:#}", "")?;
        }
        self.owed += wide - width(text);
        Ok(())
    }

    fn end(&mut self) -> fmt::Result {
        self.owed = 0;
        writeln!(self.f)
    }
}

#[cfg(test)]
mod tests {
    use super::{Cell, Style, Table};

    #[test]
    fn columns_are_aligned() {
        let mut table = Table::new("name");
        table.group("first group", ["a", "b"].into_iter());
        table.group("2", ["column"].into_iter());
        for (name, cells) in [("x", ["1", "2", "3"]), ("longer", ["10/10 (9)", "", "4"])] {
            let cells = cells.map(|text| Cell {
                text: text.to_owned(),
                style: Style::new(),
            });
            table.row(name, cells.into_iter());
        }
        let plain = anstream::adapter::strip_str(&table.to_string()).to_string();
        assert_eq!(
            plain,
            "         first group    2\n\
             name     a          b   column\n\
             x        1          2   3\n\
             longer   10/10 (9)      4\n"
        );
    }
}
