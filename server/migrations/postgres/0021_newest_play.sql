-- A viewer's `last_at` is when the newest play began that counts: no page that was only opened, and no view that is
-- left out. 0: there is none.
-- It may take longer than any statement of a server may.
set local statement_timeout = 0;
update video_viewers
   set last_at = coalesce((select w.started_at from views w
                            where w.account_id = video_viewers.account_id and w.viewer_id = video_viewers.viewer_id
                              and w.video_id = video_viewers.video_id and w.played and w.left_out is null
                            order by w.started_at desc limit 1), 0);
