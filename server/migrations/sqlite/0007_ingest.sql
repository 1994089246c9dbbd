-- Why a view is in no figure: prefetch, owner, unfurler or bot; null for one that counts.
alter table views add column left_out text;
-- What it was watched with, and where; null where that is not known.
alter table views add column browser text;
alter table views add column os text;
alter table views add column device text;
alter table views add column device_type text;
alter table views add column country text;
alter table views add column region text;
alter table views add column city text;

-- Plays by place, the views' contributions summed as they change.
create table places (
  account_id integer not null,
  video_id integer not null,
  place text not null,
  plays integer not null,
  primary key (account_id, video_id, place)
) strict, without rowid;

create index places_by_plays on places (account_id, video_id, plays);

-- What the owner of an account decides about it, as JSON.
alter table accounts add column settings text not null default '{}';

-- When a view's entries were purged; its figures stay as they were then.
alter table views add column purged_at integer;

-- Views whose entries may be purged once they are old enough.
create index views_closed on views (account_id, closed_at) where purged_at is null and closed_at is not null;
