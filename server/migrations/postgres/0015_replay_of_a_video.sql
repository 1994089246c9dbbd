-- Only messages about this video; null is all.
alter table replays add column video_id bigint;
