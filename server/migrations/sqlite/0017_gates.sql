-- Required gates as they stood over time: since when each held viewers, and until when; null: it does still. A view is
-- held to those that stood when it began, also when its figures are made anew.
create table gates (
  account_id integer not null,
  video_id integer not null,
  interaction_id blob not null,
  published_at integer not null,
  withdrawn_at integer,
  -- Its place on the timeline, as JSON.
  starts text not null,
  skip_if_known integer not null,
  primary key (account_id, video_id, interaction_id, published_at),
  foreign key (account_id, video_id) references videos (account_id, id)
) strict, without rowid;

-- When those were published is not known, but not before they were made.
insert into gates (account_id, video_id, interaction_id, published_at, withdrawn_at, starts, skip_if_known)
select account_id, video_id, id, created_at, null, body -> '$.at', coalesce(body ->> '$.skip_if_known', 0)
  from interactions
 where draft = 0 and body ->> '$.gate' = 'required';
