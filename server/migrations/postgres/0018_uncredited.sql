-- What was not credited, told apart: beyond a view's own clock, and behind a gate that was not answered. Of views from
-- before that, `uncredited_ms` alone is known.
alter table views add column beyond_clock_ms bigint not null default 0;
alter table views add column behind_gate_ms bigint not null default 0;
alter table video_sums add column beyond_clock_ms bigint not null default 0;
alter table video_sums add column behind_gate_ms bigint not null default 0;
