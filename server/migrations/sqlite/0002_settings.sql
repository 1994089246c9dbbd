-- What a video's owner decides about its player, as JSON.
alter table videos add column settings text not null default '{}';
