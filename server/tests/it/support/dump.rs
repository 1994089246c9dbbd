//! All that stands in a database, as text.

use super::App;
use server::store::Store;
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;

impl App {
    /// Every row of every table, by the table's name.
    pub async fn dump(&self) -> BTreeMap<String, String> {
        let mut dump = BTreeMap::new();
        match &self.state().store {
            Store::Sqlite { readers, .. } => {
                let tables = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'";
                let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(readers).await.expect("tables");
                for table in tables {
                    let columns = format!(
                        "select group_concat('quote(\"' || name || '\")', '||'', ''||') from pragma_table_info('{table}')"
                    );
                    let columns: String =
                        sqlx::query_scalar(AssertSqlSafe(columns)).fetch_one(readers).await.expect("columns");
                    let rows = format!("select {columns} as row from \"{table}\" order by row");
                    let rows: Vec<String> =
                        sqlx::query_scalar(AssertSqlSafe(rows)).fetch_all(readers).await.expect("rows");
                    dump.insert(table, rows.join("\n"));
                }
            }
            Store::Postgres(pool) => {
                let tables = "select tablename::text from pg_tables where schemaname = 'public'";
                let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(pool).await.expect("tables");
                for table in tables {
                    let rows = format!("select t::text as row from \"{table}\" t order by row");
                    let rows: Vec<String> =
                        sqlx::query_scalar(AssertSqlSafe(rows)).fetch_all(pool).await.expect("rows");
                    dump.insert(table, rows.join("\n"));
                }
            }
        }
        dump
    }
}
