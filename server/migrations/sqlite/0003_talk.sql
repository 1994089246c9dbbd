-- What viewers say about a video. `seq` counts up with every change to a video's talk: whoever
-- follows it asks for what came after the last number it knows.

create table talks (
  account_id integer not null,
  video_id integer not null,
  seq integer not null,
  primary key (account_id, video_id),
  foreign key (account_id, video_id) references videos (account_id, id)
) strict, without rowid;

-- `state` is shown, waiting (for the owner), hidden (by the owner) or deleted (nothing of it is kept
-- but its place, for the sake of its replies). A reply names the comment it answers.
create table comments (
  account_id integer not null,
  video_id integer not null,
  id blob not null,
  parent_id blob,
  viewer_id blob not null,
  author text not null,
  email text,
  verified integer not null,
  body text not null,
  at_ms integer,
  state text not null,
  seq integer not null,
  created_at integer not null,
  edited_at integer,
  primary key (account_id, video_id, id),
  foreign key (account_id, video_id) references videos (account_id, id)
) strict, without rowid;

create index comments_in_threads on comments (account_id, video_id, parent_id, created_at);
create index comments_by_seq on comments (account_id, video_id, seq);

create table reactions (
  account_id integer not null,
  video_id integer not null,
  id blob not null,
  viewer_id blob not null,
  kind text not null,
  at_ms integer,
  seq integer not null,
  created_at integer not null,
  primary key (account_id, video_id, id),
  foreign key (account_id, video_id) references videos (account_id, id)
) strict, without rowid;

create index reactions_by_seq on reactions (account_id, video_id, seq);
create index reactions_by_viewer on reactions (account_id, video_id, viewer_id);

-- How often each kind was chosen in each hundredth of the video; -1 without a time.
create table reaction_sums (
  account_id integer not null,
  video_id integer not null,
  kind text not null,
  slot integer not null,
  n integer not null,
  primary key (account_id, video_id, kind, slot)
) strict, without rowid;

-- Mails that wait for the post office; gone once sent, or given up.
create table mails (
  account_id integer not null,
  id blob not null,
  recipient text not null,
  subject text not null,
  body text not null,
  attempt integer not null,
  next_at integer not null,
  created_at integer not null,
  primary key (account_id, id)
) strict, without rowid;

create index mails_due on mails (next_at);
