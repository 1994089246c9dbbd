//! Statements that write or name many rows at once.

use super::Conn;

/// `head values ($1,…),(…),… tail` for `rows` rows of `columns` values each. SQLite gets `?` instead: it
/// looks a parameter that has a name up in a list, for each that is bound.
pub(crate) fn rows_sql(conn: &Conn<'_>, head: &str, columns: usize, rows: usize, tail: &str) -> String {
    use std::fmt::Write;
    let mut sql = String::with_capacity(head.len() + tail.len() + rows * columns * 6);
    sql.push_str(head);
    sql.push_str(" values ");
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ",(" });
        for column in 0..columns {
            let comma = if column == 0 { "" } else { "," };
            // Writing to a String can't fail.
            let _ = match conn {
                Conn::Sqlite(_) => write!(sql, "{comma}?"),
                Conn::Postgres(_) => write!(sql, "{comma}${}", row * columns + column + 1),
            };
        }
        sql.push(')');
    }
    sql.push(' ');
    sql.push_str(tail);
    sql
}

/// Splits rows into pieces of a few fixed sizes, so that few statements are ever prepared.
pub(crate) fn pieces<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    const SIZES: [usize; 5] = [128, 32, 8, 2, 1];
    std::iter::from_fn(move || {
        let size = *SIZES.iter().find(|size| **size <= rows.len())?;
        let (piece, rest) = rows.split_at(size);
        rows = rest;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::{Connection, SqliteConnection};

    #[tokio::test]
    async fn many_rows_are_one_statement() {
        let mut db = SqliteConnection::connect("sqlite::memory:").await.expect("memory");
        assert_eq!(
            rows_sql(&Conn::Sqlite(&mut db), "insert into t (a, b)", 2, 2, "on conflict do nothing"),
            "insert into t (a, b) values (?,?),(?,?) on conflict do nothing"
        );
    }

    #[test]
    fn pieces_keep_every_row_in_order() {
        let rows: Vec<u32> = (0..203).collect();
        let sizes: Vec<usize> = pieces(&rows).map(<[u32]>::len).collect();
        assert_eq!(sizes, [128, 32, 32, 8, 2, 1]);
        assert_eq!(pieces(&rows).flatten().copied().collect::<Vec<_>>(), rows);
    }
}
