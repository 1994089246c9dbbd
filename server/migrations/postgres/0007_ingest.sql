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

-- What the owner of an account decides about it, as JSON.
alter table accounts add column settings text not null default '{}';

-- When a view's entries were purged; its figures stay as they were then.
alter table views add column purged_at bigint;

-- Views whose entries may be purged once they are old enough.
create index views_closed on views (account_id, closed_at) where purged_at is null and closed_at is not null;
