-- What the reports are read from: sums over a video's views, kept in the transaction that changes a view.
-- A view's `given` is what it has added to them, as JSON; null: nothing yet. It is replaced whole.

alter table views add column given text;

create index views_of_viewer on views (account_id, viewer_id, video_id, started_at);
create index views_not_summed on views (account_id, id) where given is null;

create table video_sums (
  account_id integer not null,
  video_id integer not null,
  loads integer not null,
  plays integer not null,
  viewers integer not null,
  watched_ms integer not null,
  capped_ms integer not null,
  unique_ms integer not null,
  hidden_ms integer not null,
  muted_ms integer not null,
  uncredited_ms integer not null,
  bucket_0 integer not null,
  bucket_25 integer not null,
  bucket_50 integer not null,
  bucket_75 integer not null,
  bucket_100 integer not null,
  left_out integer not null,
  primary key (account_id, video_id)
) strict, without rowid;

-- Differences: the sum of all rows up to a second says how often it was played, and in how many views.
create table video_seconds (
  account_id integer not null,
  video_id integer not null,
  second integer not null,
  played integer not null,
  seen integer not null,
  primary key (account_id, video_id, second)
) strict, without rowid;

-- By the hour (since 1970, UTC) in which the views began.
create table video_hours (
  account_id integer not null,
  video_id integer not null,
  hour integer not null,
  loads integer not null,
  plays integer not null,
  watched_ms integer not null,
  capped_ms integer not null,
  unique_ms integer not null,
  finished integer not null,
  primary key (account_id, video_id, hour)
) strict, without rowid;

-- By where viewers came from and what they came with.
create table video_facets (
  account_id integer not null,
  video_id integer not null,
  facet text not null,
  value text not null,
  loads integer not null,
  plays integer not null,
  primary key (account_id, video_id, facet, value)
) strict, without rowid;

create table video_viewers (
  account_id integer not null,
  video_id integer not null,
  viewer_id blob not null,
  loads integer not null,
  plays integer not null,
  last_at integer not null,
  primary key (account_id, video_id, viewer_id)
) strict, without rowid;

create index video_viewers_newest on video_viewers (account_id, video_id, last_at, viewer_id);

-- What became of each interaction. `what` is a choice or a card; -1 counts answers, -2 views in which it was
-- shown, -3 views that skipped it, -4 views that answered.
create table interaction_sums (
  account_id integer not null,
  video_id integer not null,
  interaction_id blob not null,
  what integer not null,
  n integer not null,
  primary key (account_id, video_id, interaction_id, what)
) strict, without rowid;

create index answers_newest on answers (account_id, video_id, interaction_id, received_at);
