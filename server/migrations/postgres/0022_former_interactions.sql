-- What viewers once got of an interaction, and the first version of the timeline without it: an event is judged by what
-- the page that sends it shows. Kept as long as such a page may report.
create table former_interactions (
  account_id bigint not null,
  video_id bigint not null,
  id uuid not null,
  until_version bigint not null,
  replaced_at bigint not null,
  body text not null,
  primary key (account_id, video_id, id, until_version),
  foreign key (account_id, video_id) references videos (account_id, id)
);

create index former_interactions_replaced on former_interactions (replaced_at);
