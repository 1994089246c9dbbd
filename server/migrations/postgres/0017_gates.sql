-- Required gates as they stood over time: since when each held viewers, and until when; null: it does still. A view is
-- held to those that stood when it began, also when its figures are made anew.
create table gates (
  account_id bigint not null,
  video_id bigint not null,
  interaction_id uuid not null,
  published_at bigint not null,
  withdrawn_at bigint,
  -- Its place on the timeline, as JSON.
  starts text not null,
  skip_if_known boolean not null,
  primary key (account_id, video_id, interaction_id, published_at),
  foreign key (account_id, video_id) references videos (account_id, id)
);

-- When those were published is not known, but not before they were made.
insert into gates (account_id, video_id, interaction_id, published_at, withdrawn_at, starts, skip_if_known)
select account_id, video_id, id, created_at, null, cast(cast(body as json) -> 'at' as text),
       coalesce(cast(cast(body as json) ->> 'skip_if_known' as boolean), false)
  from interactions
 where not draft and cast(body as json) ->> 'gate' = 'required';
