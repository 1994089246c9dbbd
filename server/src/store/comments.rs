//! Comments and their replies, one level deep.

use super::{Conn, Result, on};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Comment {
    pub account_id: i64,
    pub video_id: i64,
    pub id: Uuid,
    /// The comment that a reply answers.
    pub parent_id: Option<Uuid>,
    pub viewer_id: Uuid,
    pub author: String,
    pub email: Option<String>,
    /// The author has followed the link in the letter to `email`.
    pub verified: bool,
    pub body: String,
    /// Milliseconds of media time.
    pub at_ms: Option<i64>,
    /// One of [`SHOWN`], [`WAITING`], [`HIDDEN`], [`DELETED`].
    pub state: String,
    /// The change of the talk that it last had.
    pub seq: i64,
    pub created_at: i64,
    pub edited_at: Option<i64>,
}

pub const SHOWN: &str = "shown";
/// Until the owner approves it.
pub const WAITING: &str = "waiting";
/// By the owner.
pub const HIDDEN: &str = "hidden";
/// Nothing but its place is kept.
pub const DELETED: &str = "deleted";

/// How threads are put in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    #[default]
    Newest,
    /// By their time in the video; those without one come last.
    Time,
}

/// How many stand on the page, how many threads of them, and how many were posted and not deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Counts {
    pub shown: i64,
    pub threads: i64,
    pub comments: i64,
    pub replies: i64,
}

macro_rules! columns {
    () => {
        "account_id, video_id, id, parent_id, viewer_id, author, email, verified, body, at_ms, state, seq, created_at, edited_at"
    };
}

/// A thread stands while its comment does, or while a reply to it does.
macro_rules! stands {
    () => {
        "parent_id is null and (state = 'shown' or (state = 'deleted' and exists (
           select 1 from comments r
            where r.account_id = comments.account_id and r.video_id = comments.video_id
              and r.parent_id = comments.id and r.state = 'shown')))"
    };
}

macro_rules! threads {
    ($order:literal) => {
        concat!(
            "select ",
            columns!(),
            " from comments where account_id = $1 and video_id = $2 and ",
            stands!(),
            " order by ",
            $order,
            " limit $3 offset $4"
        )
    };
}

const INSERT: &str = concat!(
    "insert into comments (",
    columns!(),
    ") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
);
const UPDATE: &str = "
update comments
   set author = $4, email = $5, verified = $6, body = $7, at_ms = $8, state = $9, seq = $10, edited_at = $11
 where account_id = $1 and video_id = $2 and id = $3";
const BY_ID: &str =
    concat!("select ", columns!(), " from comments where account_id = $1 and video_id = $2 and id = $3");
const NEWEST: &str = threads!("created_at desc, id desc");
const BY_TIME: &str = threads!("case when at_ms is null then 1 else 0 end, at_ms, created_at, id");
const REPLIES: &str = concat!(
    "select ",
    columns!(),
    " from comments
      where account_id = $1 and video_id = $2 and parent_id = $3 and state = 'shown' order by created_at, id limit $4"
);
const LAST_REPLIES: &str = concat!(
    "select ",
    columns!(),
    ", total from (
       select c.*, row_number() over (partition by parent_id order by created_at desc, id desc) as place,
              count(*) over (partition by parent_id) as total
         from comments c where account_id = $1 and video_id = $2 and state = 'shown' and parent_id in ("
);
const LAST_REPLIES_END: &str = ")) as numbered where place <= $3 order by created_at, id";
const COUNTS: &str = concat!(
    "select count(case when state = 'shown' then 1 end) as shown,
            count(case when ",
    stands!(),
    " then 1 end) as threads,
            count(case when state <> 'deleted' and parent_id is null then 1 end) as comments,
            count(case when state <> 'deleted' and parent_id is not null then 1 end) as replies
       from comments where account_id = $1 and video_id = $2"
);
const OF_THREAD: &str =
    "select count(*) from comments where account_id = $1 and video_id = $2 and parent_id = $3 and state <> 'deleted'";
const MOMENTS: &str = "
select at_ms from comments
 where account_id = $1 and video_id = $2 and state = 'shown' and at_ms is not null
 order by created_at desc limit $3";
const AFTER: &str = concat!(
    "select ",
    columns!(),
    " from comments where account_id = $1 and video_id = $2 and seq > $3 order by seq limit $4"
);
const SAME: &str = concat!(
    "select ",
    columns!(),
    " from comments
      where account_id = $1 and video_id = $2 and viewer_id = $3 and body = $4 and created_at > $5
        and state <> 'deleted' and (parent_id = $6 or (parent_id is null and $6 is null))
      order by created_at limit 1"
);
const OF_VIDEO: &str = concat!(
    "select ",
    columns!(),
    " from comments
      where account_id = $1 and video_id = $2 and state <> 'deleted' and ($3 = '' or state = $3)
      order by created_at desc, id desc limit $4 offset $5"
);
const OF_PARENT: &str = concat!(
    "select ",
    columns!(),
    " from comments
      where account_id = $1 and video_id = $2 and parent_id = $3 and state <> 'deleted'"
);

pub async fn insert(conn: Conn<'_>, c: &Comment) -> Result<()> {
    on!(conn, db => sqlx::query(INSERT)
        .bind(c.account_id).bind(c.video_id).bind(c.id).bind(c.parent_id).bind(c.viewer_id)
        .bind(&c.author).bind(&c.email).bind(c.verified).bind(&c.body).bind(c.at_ms)
        .bind(&c.state).bind(c.seq).bind(c.created_at).bind(c.edited_at)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Writes all that may change.
pub async fn update(conn: Conn<'_>, c: &Comment) -> Result<()> {
    on!(conn, db => sqlx::query(UPDATE)
        .bind(c.account_id).bind(c.video_id).bind(c.id)
        .bind(&c.author).bind(&c.email).bind(c.verified).bind(&c.body).bind(c.at_ms)
        .bind(&c.state).bind(c.seq).bind(c.edited_at)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

/// In whatever state.
pub async fn by_id(conn: Conn<'_>, account_id: i64, video_id: i64, id: Uuid) -> Result<Option<Comment>> {
    Ok(on!(conn, db => sqlx::query_as(BY_ID).bind(account_id).bind(video_id).bind(id).fetch_optional(db).await)?)
}

/// A page of the threads' first comments.
pub async fn threads(
    conn: Conn<'_>,
    (account_id, video_id): (i64, i64),
    order: Order,
    limit: i64,
    offset: i64,
) -> Result<Vec<Comment>> {
    let sql = match order {
        Order::Newest => NEWEST,
        Order::Time => BY_TIME,
    };
    Ok(on!(conn, db => sqlx::query_as(sql)
        .bind(account_id).bind(video_id).bind(limit).bind(offset).fetch_all(db).await)?)
}

/// All shown replies of one thread, oldest first.
pub async fn replies(conn: Conn<'_>, (account_id, video_id): (i64, i64), id: Uuid, limit: i64) -> Result<Vec<Comment>> {
    Ok(on!(conn, db => sqlx::query_as(REPLIES)
        .bind(account_id).bind(video_id).bind(id).bind(limit).fetch_all(db).await)?)
}

#[derive(sqlx::FromRow)]
struct Numbered {
    #[sqlx(flatten)]
    comment: Comment,
    total: i64,
}

/// The last `each` shown replies of each of these threads, oldest first, and how many its thread has.
pub async fn last_replies(
    conn: Conn<'_>,
    (account_id, video_id): (i64, i64),
    threads: &[Uuid],
    each: i64,
) -> Result<Vec<(Comment, i64)>> {
    if threads.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (0..threads.len()).map(|n| format!("${}", n + 4)).collect();
    let sql = [LAST_REPLIES, &places.join(","), LAST_REPLIES_END].concat();
    let rows: Vec<Numbered> = on!(conn, db => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(account_id).bind(video_id).bind(each);
        for id in threads {
            query = query.bind(id);
        }
        query.fetch_all(db).await
    })?;
    Ok(rows.into_iter().map(|row| (row.comment, row.total)).collect())
}

pub async fn counts(conn: Conn<'_>, account_id: i64, video_id: i64) -> Result<Counts> {
    Ok(on!(conn, db => sqlx::query_as(COUNTS).bind(account_id).bind(video_id).fetch_one(db).await)?)
}

/// How many replies a thread has, waiting and hidden ones too.
pub async fn in_thread(conn: Conn<'_>, (account_id, video_id): (i64, i64), id: Uuid) -> Result<i64> {
    Ok(on!(conn, db => sqlx::query_scalar(OF_THREAD).bind(account_id).bind(video_id).bind(id).fetch_one(db).await)?)
}

/// The times of the newest comments that have one, in milliseconds.
pub async fn moments(conn: Conn<'_>, (account_id, video_id): (i64, i64), limit: i64) -> Result<Vec<i64>> {
    Ok(on!(conn, db => sqlx::query_scalar(MOMENTS)
        .bind(account_id).bind(video_id).bind(limit).fetch_all(db).await)?)
}

/// What was changed after `seq`, in whatever state, in the order of the changes.
pub async fn after(conn: Conn<'_>, (account_id, video_id): (i64, i64), seq: i64, limit: i64) -> Result<Vec<Comment>> {
    Ok(on!(conn, db => sqlx::query_as(AFTER)
        .bind(account_id).bind(video_id).bind(seq).bind(limit).fetch_all(db).await)?)
}

/// The comment that says the same in the same place, posted by the same viewer after `since`.
pub async fn same(conn: Conn<'_>, c: &Comment, since: i64) -> Result<Option<Comment>> {
    Ok(on!(conn, db => sqlx::query_as(SAME)
        .bind(c.account_id).bind(c.video_id).bind(c.viewer_id).bind(&c.body).bind(since).bind(c.parent_id)
        .fetch_optional(db).await)?)
}

/// What was posted and not deleted, newest first; only those in `state` unless it is empty.
pub async fn of_video(
    conn: Conn<'_>,
    (account_id, video_id): (i64, i64),
    state: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<Comment>> {
    Ok(on!(conn, db => sqlx::query_as(OF_VIDEO)
        .bind(account_id).bind(video_id).bind(state).bind(limit).bind(offset).fetch_all(db).await)?)
}

/// Every reply of a thread that is not deleted.
pub async fn of_parent(conn: Conn<'_>, (account_id, video_id): (i64, i64), id: Uuid) -> Result<Vec<Comment>> {
    Ok(on!(conn, db => sqlx::query_as(OF_PARENT).bind(account_id).bind(video_id).bind(id).fetch_all(db).await)?)
}
