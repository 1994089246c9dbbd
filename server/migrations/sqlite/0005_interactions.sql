-- Who was shown what: one row a view, however often it came up.
create table showings (
  account_id integer not null,
  video_id integer not null,
  interaction_id blob not null,
  view_id blob not null,
  received_at integer not null,
  primary key (account_id, video_id, interaction_id, view_id)
) strict, without rowid;

-- Answers per choice, counted as they come; choice -1 counts the answers themselves.
create table tallies (
  account_id integer not null,
  video_id integer not null,
  interaction_id blob not null,
  choice integer not null,
  n integer not null,
  primary key (account_id, video_id, interaction_id, choice)
) strict, without rowid;

-- What one viewer has answered on a video.
create index answers_by_viewer on answers (account_id, video_id, viewer_id);
