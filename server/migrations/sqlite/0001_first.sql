-- Instants are Unix milliseconds. Every key leads with the account.

create table counters (
  name text primary key,
  last integer not null
) strict;

create table accounts (
  id integer primary key,
  email text not null unique,
  name text not null,
  created_at integer not null
) strict;

create table api_keys (
  account_id integer not null references accounts (id),
  id blob not null,
  prefix text not null,
  hash blob not null unique,
  created_at integer not null,
  revoked_at integer,
  primary key (account_id, id)
) strict, without rowid;

create table videos (
  account_id integer not null references accounts (id),
  id integer not null unique,
  token text not null unique,
  title text not null,
  description text not null default '',
  state text not null,
  error text,
  duration_ms integer,
  width integer not null default 0,
  height integer not null default 0,
  files text not null,
  embed_hosts text,
  timeline_version integer not null default 1,
  expires_at integer,
  deleted_at integer,
  created_at integer not null,
  primary key (account_id, id)
) strict, without rowid;

create table interactions (
  account_id integer not null,
  video_id integer not null,
  id blob not null,
  kind text not null,
  body text not null,
  draft integer not null,
  created_at integer not null,
  updated_at integer not null,
  primary key (account_id, video_id, id),
  foreign key (account_id, video_id) references videos (account_id, id)
) strict, without rowid;

-- A view is one page load; its figures are a fold over its entries, replaced whole.
create table views (
  account_id integer not null,
  video_id integer not null,
  id blob not null,
  viewer_id blob not null,
  ip text not null,
  surface text not null,
  referrer text,
  page_url text,
  started_at integer not null,
  last_received_at integer not null,
  played integer not null,
  watched_ms integer not null,
  unique_ms integer not null,
  hidden_ms integer not null,
  muted_ms integer not null,
  uncredited_ms integer not null,
  entries integer not null,
  percent integer not null,
  spans text not null,
  closed_at integer,
  primary key (account_id, id),
  foreign key (account_id, video_id) references videos (account_id, id)
) strict, without rowid;

create index views_by_video on views (account_id, video_id, started_at);
create index views_open on views (last_received_at) where closed_at is null;

create table entries (
  account_id integer not null,
  view_id blob not null,
  seq integer not null,
  at_ms integer not null,
  kind text not null,
  body text not null,
  received_at integer not null,
  primary key (account_id, view_id, seq)
) strict, without rowid;

create table answers (
  account_id integer not null,
  video_id integer not null,
  interaction_id blob not null,
  view_id blob not null,
  seq integer not null,
  kind text not null,
  viewer_id blob not null,
  body text not null,
  received_at integer not null,
  primary key (account_id, video_id, interaction_id, view_id, seq)
) strict, without rowid;

create table endpoints (
  account_id integer not null references accounts (id),
  id blob not null,
  url text not null,
  description text not null,
  secret blob not null,
  state text not null,
  created_at integer not null,
  primary key (account_id, id)
) strict, without rowid;

create table subscriptions (
  account_id integer not null,
  event text not null,
  endpoint_id blob not null,
  primary key (account_id, event, endpoint_id),
  foreign key (account_id, endpoint_id) references endpoints (account_id, id) on delete cascade
) strict, without rowid;

create table outbox (
  account_id integer not null,
  id blob not null,
  event text not null,
  video_id integer not null,
  body text not null,
  created_at integer not null,
  primary key (account_id, id)
) strict, without rowid;

create table deliveries (
  account_id integer not null,
  id blob not null,
  message_id blob not null,
  endpoint_id blob not null,
  state text not null,
  attempt integer not null,
  next_at integer not null,
  lease blob,
  lease_until integer,
  last_status integer,
  last_error text,
  created_at integer not null,
  updated_at integer not null,
  primary key (account_id, id),
  foreign key (account_id, message_id) references outbox (account_id, id),
  foreign key (account_id, endpoint_id) references endpoints (account_id, id) on delete cascade
) strict, without rowid;

-- The courier asks endpoint by endpoint, so that one long backlog doesn't hide the others.
create index deliveries_due on deliveries (endpoint_id, next_at) where state = 'pending';
create index deliveries_leased on deliveries (lease_until) where state = 'leased';
create index deliveries_by_endpoint on deliveries (account_id, endpoint_id, created_at);

create table salts (
  day integer primary key,
  salt blob not null
) strict;
