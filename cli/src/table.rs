//! Tables as people read them at a terminal, and as `awk` reads them elsewhere.

use std::io::IsTerminal as _;

use comfy_table::{ContentArrangement, Table, TableStyle};

/// In fewer columns than these, folded cells would be single letters.
const NARROWEST: u16 = 60;

/// Columns aligned by spaces; at a terminal long cells are folded to its width, elsewhere each row is one line.
pub fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(TableStyle::new()).set_header(head).add_rows(rows);
    let folds = std::io::stdout().is_terminal() && table.width().is_some_and(|width| width >= NARROWEST);
    table.set_content_arrangement(if folds { ContentArrangement::Dynamic } else { ContentArrangement::Disabled });
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}
