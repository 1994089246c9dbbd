-- Videos on their way in. A job is what is still to be done for one: `receiving` (an upload that is not whole yet),
-- `waiting`, `running` under a lease, then `done`, `failed` or `cancelled`. `source` is JSON: where its file comes
-- from, and what is known of it.
create table jobs (
  account_id bigint not null,
  id uuid not null,
  video_id bigint not null,
  kind text not null,
  source text not null,
  state text not null,
  step text not null,
  percent bigint not null,
  attempt bigint not null,
  next_at bigint not null,
  lease uuid,
  lease_until bigint,
  error text,
  message text,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (account_id, id),
  foreign key (account_id, video_id) references videos (account_id, id)
);

create index jobs_due on jobs (next_at) where state = 'waiting';
create index jobs_leased on jobs (lease_until) where state = 'running';
create index jobs_of_video on jobs (account_id, video_id, id);

-- What a client calls an import of its own, so that asking twice is asking once.
create table import_keys (
  account_id bigint not null,
  key text not null,
  url text not null,
  video_id bigint not null,
  created_at bigint not null,
  primary key (account_id, key),
  foreign key (account_id, video_id) references videos (account_id, id)
);

-- Files that come piece by piece (tus); an upload has the id of its job. A piece counts once it has a row.
create table uploads (
  account_id bigint not null,
  id uuid not null,
  length bigint,
  received bigint not null,
  metadata text not null,
  expires_at bigint not null,
  created_at bigint not null,
  primary key (account_id, id),
  foreign key (account_id, id) references jobs (account_id, id)
);

create index uploads_by_end on uploads (expires_at);

create table upload_parts (
  account_id bigint not null,
  upload_id uuid not null,
  start bigint not null,
  name text not null,
  size bigint not null,
  primary key (account_id, upload_id, start),
  foreign key (account_id, upload_id) references uploads (account_id, id)
);

-- Files that nothing names any more, and when they may go: somebody may still be watching them. A path that ends
-- in a slash stands for all below it.
create table garbage (
  account_id bigint not null,
  path text not null,
  due_at bigint not null,
  primary key (account_id, path)
);

create index garbage_due on garbage (due_at);
create index videos_deleted on videos (deleted_at) where deleted_at is not null;
