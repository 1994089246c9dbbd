-- Instants are Unix milliseconds. Every key leads with the account.

create table counters (
  name text primary key,
  last bigint not null
);

create table accounts (
  id bigint primary key,
  email text not null unique,
  name text not null,
  created_at bigint not null
);

create table api_keys (
  account_id bigint not null references accounts (id),
  id uuid not null,
  prefix text not null,
  hash bytea not null unique,
  created_at bigint not null,
  revoked_at bigint,
  primary key (account_id, id)
);

create table videos (
  account_id bigint not null references accounts (id),
  id bigint not null unique,
  token text not null unique,
  title text not null,
  description text not null default '',
  state text not null,
  error text,
  duration_ms bigint,
  width bigint not null default 0,
  height bigint not null default 0,
  files text not null,
  embed_hosts text,
  timeline_version bigint not null default 1,
  expires_at bigint,
  deleted_at bigint,
  created_at bigint not null,
  primary key (account_id, id)
);

create table interactions (
  account_id bigint not null,
  video_id bigint not null,
  id uuid not null,
  kind text not null,
  body text not null,
  draft boolean not null,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (account_id, video_id, id),
  foreign key (account_id, video_id) references videos (account_id, id)
);

-- A view is one page load; its figures are a fold over its entries, replaced whole.
create table views (
  account_id bigint not null,
  video_id bigint not null,
  id uuid not null,
  viewer_id uuid not null,
  ip text not null,
  surface text not null,
  referrer text,
  page_url text,
  started_at bigint not null,
  last_received_at bigint not null,
  played boolean not null,
  watched_ms bigint not null,
  unique_ms bigint not null,
  hidden_ms bigint not null,
  muted_ms bigint not null,
  uncredited_ms bigint not null,
  entries bigint not null,
  percent bigint not null,
  spans text not null,
  closed_at bigint,
  primary key (account_id, id),
  foreign key (account_id, video_id) references videos (account_id, id)
);

create index views_by_video on views (account_id, video_id, started_at);
create index views_open on views (last_received_at) where closed_at is null;

create table entries (
  account_id bigint not null,
  view_id uuid not null,
  seq bigint not null,
  at_ms bigint not null,
  kind text not null,
  body text not null,
  received_at bigint not null,
  primary key (account_id, view_id, seq)
);

create table answers (
  account_id bigint not null,
  video_id bigint not null,
  interaction_id uuid not null,
  view_id uuid not null,
  seq bigint not null,
  kind text not null,
  viewer_id uuid not null,
  body text not null,
  received_at bigint not null,
  primary key (account_id, video_id, interaction_id, view_id, seq)
);

create table endpoints (
  account_id bigint not null references accounts (id),
  id uuid not null,
  url text not null,
  description text not null,
  secret bytea not null,
  state text not null,
  created_at bigint not null,
  primary key (account_id, id)
);

create table subscriptions (
  account_id bigint not null,
  event text not null,
  endpoint_id uuid not null,
  primary key (account_id, event, endpoint_id),
  foreign key (account_id, endpoint_id) references endpoints (account_id, id) on delete cascade
);

create table outbox (
  account_id bigint not null,
  id uuid not null,
  event text not null,
  video_id bigint not null,
  body text not null,
  created_at bigint not null,
  primary key (account_id, id)
);

create table deliveries (
  account_id bigint not null,
  id uuid not null,
  message_id uuid not null,
  endpoint_id uuid not null,
  state text not null,
  attempt bigint not null,
  next_at bigint not null,
  lease uuid,
  lease_until bigint,
  last_status bigint,
  last_error text,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (account_id, id),
  foreign key (account_id, message_id) references outbox (account_id, id),
  foreign key (account_id, endpoint_id) references endpoints (account_id, id) on delete cascade
);

-- The courier asks endpoint by endpoint, so that one long backlog doesn't hide the others.
create index deliveries_due on deliveries (endpoint_id, next_at) where state = 'pending';
create index deliveries_leased on deliveries (lease_until) where state = 'leased';
create index deliveries_by_endpoint on deliveries (account_id, endpoint_id, created_at);

create table salts (
  day bigint primary key,
  salt bytea not null
);
