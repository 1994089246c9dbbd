-- How an endpoint wants to be sent to, and since when and why it is off.
alter table endpoints add column timeout_s integer not null default 15;
-- Deliveries a second; null: as many as it takes.
alter table endpoints add column rate integer;
alter table endpoints add column concurrency integer not null default 8;
alter table endpoints add column ordered integer not null default 0;
alter table endpoints add column disabled_at integer;
alter table endpoints add column disabled_why text;

-- Tells at once what the most is that any endpoint takes at the same time.
create index endpoints_by_concurrency on endpoints (concurrency);

-- Secrets that were rotated away and sign beside the present one until their time is over.
create table retired_secrets (
  account_id integer not null,
  endpoint_id blob not null,
  id blob not null,
  secret blob not null,
  until integer not null,
  primary key (account_id, endpoint_id, id),
  foreign key (account_id, endpoint_id) references endpoints (account_id, id) on delete cascade
) strict, without rowid;

create index retired_secrets_until on retired_secrets (until);

-- How the way to each endpoint fares; apart from what its owner sets, because it changes with the attempts.
create table circuits (
  account_id integer not null,
  endpoint_id blob not null,
  is_open integer not null default 0,
  -- Nothing is sent before.
  wait_until integer not null default 0,
  -- How often in a row it was opened.
  opened integer not null default 0,
  failed_in_row integer not null default 0,
  window_at integer not null default 0,
  window_all integer not null default 0,
  window_failed integer not null default 0,
  -- The first and the last failure since the last success.
  failing_since integer,
  failed_at integer,
  -- Up to when the rate is used up, in microseconds.
  paid_us integer not null default 0,
  primary key (account_id, endpoint_id),
  foreign key (account_id, endpoint_id) references endpoints (account_id, id) on delete cascade
) strict, without rowid;

create unique index circuits_of_endpoint on circuits (endpoint_id);
create index circuits_open on circuits (endpoint_id) where is_open;

insert into circuits (account_id, endpoint_id) select account_id, id from endpoints;

-- Only an endpoint that was tried out gets it.
alter table outbox add column is_test integer not null default 0;

-- `event`, `resend`, `replay` or `test`; and the delivery that a resend repeats.
alter table deliveries add column cause text not null default 'event';
alter table deliveries add column origin blob;
-- Steps of the schedule that are used up; `attempt` counts every attempt.
alter table deliveries add column step integer not null default 0;
-- The video, where its messages go one after the other.
alter table deliveries add column lane integer;

update deliveries set step = attempt;

create index deliveries_lanes on deliveries (endpoint_id, lane, message_id)
  where lane is not null and state in ('pending', 'leased', 'held');
create index deliveries_by_message on deliveries (account_id, message_id, endpoint_id);
create index deliveries_dead on deliveries (account_id, endpoint_id, created_at) where state = 'dead';

create table attempts (
  account_id integer not null,
  delivery_id blob not null,
  n integer not null,
  at integer not null,
  took_ms integer not null,
  status integer,
  error text,
  remote_ip text,
  url text not null,
  -- The headers as sent, as a JSON array of pairs, signatures cut short.
  headers text not null,
  -- The first 16 KiB.
  answer blob,
  primary key (account_id, delivery_id, n),
  foreign key (account_id, delivery_id) references deliveries (account_id, id) on delete cascade
) strict;

-- Messages of a time span that go to an endpoint again, a few at a time.
create table replays (
  account_id integer not null,
  id blob not null,
  endpoint_id blob not null,
  state text not null,
  from_at integer not null,
  until_at integer not null,
  -- Event names with a blank between them.
  events text not null,
  -- `missed`: what the endpoint has not taken; `all`.
  which text not null,
  -- The last message that was looked at.
  last_id blob not null,
  queued integer not null,
  created_at integer not null,
  updated_at integer not null,
  primary key (account_id, id),
  foreign key (account_id, endpoint_id) references endpoints (account_id, id) on delete cascade
) strict, without rowid;

create index replays_running on replays (id) where state = 'running';
create index replays_of_endpoint on replays (account_id, endpoint_id, id);
