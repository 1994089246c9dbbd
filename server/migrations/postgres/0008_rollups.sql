-- What the reports are read from: sums over a video's views, kept in the transaction that changes a view.
-- A view's `given` is what it has added to them, as JSON; null: nothing yet. It is replaced whole.

alter table views add column given text;

create index views_of_viewer on views (account_id, viewer_id, video_id, started_at);
create index views_not_summed on views (account_id, id) where given is null;

create table video_sums (
  account_id bigint not null,
  video_id bigint not null,
  loads bigint not null,
  plays bigint not null,
  viewers bigint not null,
  watched_ms bigint not null,
  capped_ms bigint not null,
  unique_ms bigint not null,
  hidden_ms bigint not null,
  muted_ms bigint not null,
  uncredited_ms bigint not null,
  bucket_0 bigint not null,
  bucket_25 bigint not null,
  bucket_50 bigint not null,
  bucket_75 bigint not null,
  bucket_100 bigint not null,
  left_out bigint not null,
  primary key (account_id, video_id)
);

-- Differences: the sum of all rows up to a second says how often it was played, and in how many views.
create table video_seconds (
  account_id bigint not null,
  video_id bigint not null,
  second bigint not null,
  played bigint not null,
  seen bigint not null,
  primary key (account_id, video_id, second)
);

-- By the hour (since 1970, UTC) in which the views began.
create table video_hours (
  account_id bigint not null,
  video_id bigint not null,
  hour bigint not null,
  loads bigint not null,
  plays bigint not null,
  watched_ms bigint not null,
  capped_ms bigint not null,
  unique_ms bigint not null,
  finished bigint not null,
  primary key (account_id, video_id, hour)
);

-- By where viewers came from and what they came with.
create table video_facets (
  account_id bigint not null,
  video_id bigint not null,
  facet text not null,
  value text not null,
  loads bigint not null,
  plays bigint not null,
  primary key (account_id, video_id, facet, value)
);

create table video_viewers (
  account_id bigint not null,
  video_id bigint not null,
  viewer_id uuid not null,
  loads bigint not null,
  plays bigint not null,
  last_at bigint not null,
  primary key (account_id, video_id, viewer_id)
);

create index video_viewers_newest on video_viewers (account_id, video_id, last_at, viewer_id);

-- What became of each interaction. `what` is a choice or a card; -1 counts answers, -2 views in which it was
-- shown, -3 views that skipped it, -4 views that answered.
create table interaction_sums (
  account_id bigint not null,
  video_id bigint not null,
  interaction_id uuid not null,
  what bigint not null,
  n bigint not null,
  primary key (account_id, video_id, interaction_id, what)
);

create index answers_newest on answers (account_id, video_id, interaction_id, received_at);
