//! Tables as people read them at a terminal, and as `awk` reads them elsewhere.

use std::io::IsTerminal as _;

use comfy_table::{ContentArrangement, Table, TableStyle};

/// Columns aligned by spaces; at a terminal long cells are folded to its width, elsewhere each row is one line.
pub fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(TableStyle::new()).set_header(head).add_rows(rows);
    if std::io::stdout().is_terminal() {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    } else {
        table.set_content_arrangement(ContentArrangement::Disabled);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}
