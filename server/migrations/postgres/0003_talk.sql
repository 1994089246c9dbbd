-- What viewers say about a video. `seq` counts up with every change to a video's talk: whoever
-- follows it asks for what came after the last number it knows.

create table talks (
  account_id bigint not null,
  video_id bigint not null,
  seq bigint not null,
  primary key (account_id, video_id),
  foreign key (account_id, video_id) references videos (account_id, id)
);

-- `state` is shown, waiting (for the owner), hidden (by the owner) or deleted (nothing of it is kept
-- but its place, for the sake of its replies). A reply names the comment it answers.
create table comments (
  account_id bigint not null,
  video_id bigint not null,
  id uuid not null,
  parent_id uuid,
  viewer_id uuid not null,
  author text not null,
  email text,
  verified boolean not null,
  body text not null,
  at_ms bigint,
  state text not null,
  seq bigint not null,
  created_at bigint not null,
  edited_at bigint,
  primary key (account_id, video_id, id),
  foreign key (account_id, video_id) references videos (account_id, id)
);

create index comments_in_threads on comments (account_id, video_id, parent_id, created_at);
create index comments_by_seq on comments (account_id, video_id, seq);

create table reactions (
  account_id bigint not null,
  video_id bigint not null,
  id uuid not null,
  viewer_id uuid not null,
  kind text not null,
  at_ms bigint,
  seq bigint not null,
  created_at bigint not null,
  primary key (account_id, video_id, id),
  foreign key (account_id, video_id) references videos (account_id, id)
);

create index reactions_by_seq on reactions (account_id, video_id, seq);
create index reactions_by_viewer on reactions (account_id, video_id, viewer_id);

-- How often each kind was chosen in each hundredth of the video; -1 without a time.
create table reaction_sums (
  account_id bigint not null,
  video_id bigint not null,
  kind text not null,
  slot bigint not null,
  n bigint not null,
  primary key (account_id, video_id, kind, slot)
);

-- Mails that wait for the post office; gone once sent, or given up.
create table mails (
  account_id bigint not null,
  id uuid not null,
  recipient text not null,
  subject text not null,
  body text not null,
  attempt bigint not null,
  next_at bigint not null,
  created_at bigint not null,
  primary key (account_id, id)
);

create index mails_due on mails (next_at);
