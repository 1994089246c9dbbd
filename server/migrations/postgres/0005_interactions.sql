-- Who was shown what: one row a view, however often it came up.
create table showings (
  account_id bigint not null,
  video_id bigint not null,
  interaction_id uuid not null,
  view_id uuid not null,
  received_at bigint not null,
  primary key (account_id, video_id, interaction_id, view_id)
);

-- Answers per choice, counted as they come; choice -1 counts the answers themselves.
create table tallies (
  account_id bigint not null,
  video_id bigint not null,
  interaction_id uuid not null,
  choice bigint not null,
  n bigint not null,
  primary key (account_id, video_id, interaction_id, choice)
);

-- What one viewer has answered on a video.
create index answers_by_viewer on answers (account_id, video_id, viewer_id);
