-- The length of the file that a view played, in milliseconds, and the lengths of all plays together: a file may be
-- replaced by a longer or a shorter one, and what was played of the former stays what it was. Null: not known yet. Of
-- views from before that, the video's own is the best there is.
-- It may take longer than any statement of a server may.
set local statement_timeout = 0;
alter table views add column duration_ms bigint;
alter table video_sums add column length_ms bigint not null default 0;
alter table video_hours add column length_ms bigint not null default 0;

update views set duration_ms = (
  select v.duration_ms from videos v where v.account_id = views.account_id and v.id = views.video_id);
update video_sums set length_ms = plays * coalesce((
  select v.duration_ms from videos v where v.account_id = video_sums.account_id and v.id = video_sums.video_id), 0);
update video_hours set length_ms = plays * coalesce((
  select v.duration_ms from videos v where v.account_id = video_hours.account_id and v.id = video_hours.video_id), 0);

-- What was played of an unknown length is no part of an average.
update video_sums set capped_ms = 0, unique_ms = 0 where length_ms = 0;
update video_hours set capped_ms = 0, unique_ms = 0 where length_ms = 0;
