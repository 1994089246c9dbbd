-- What viewers once got of an interaction, and the first version of the timeline without it: an event is judged by what
-- the page that sends it shows. Kept as long as such a page may report.
create table former_interactions (
  account_id integer not null,
  video_id integer not null,
  id blob not null,
  until_version integer not null,
  replaced_at integer not null,
  body text not null,
  primary key (account_id, video_id, id, until_version),
  foreign key (account_id, video_id) references videos (account_id, id)
) strict, without rowid;

create index former_interactions_replaced on former_interactions (replaced_at);
