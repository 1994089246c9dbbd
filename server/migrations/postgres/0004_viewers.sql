-- Viewers whom somebody has named: a signed token, a personal link, a form. All others are in no table.
-- `verified` is a sum: 1 the e-mail, 2 the name came from the account's own server.
create table viewers (
  account_id bigint not null references accounts (id),
  id uuid not null,
  email text,
  name text,
  first_name text,
  last_name text,
  phone text,
  fields text not null default '{}',
  verified bigint not null default 0,
  origin text not null,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (account_id, id)
);

create index viewers_by_email on viewers (account_id, email) where email is not null;

-- Keys under which an account's server signs viewer tokens, sealed. One has no end.
create table viewer_keys (
  account_id bigint not null references accounts (id),
  id uuid not null,
  key bytea not null,
  created_at bigint not null,
  ends_at bigint,
  primary key (account_id, id)
);

create unique index viewer_keys_current on viewer_keys (account_id) where ends_at is null;

-- Personal links. `mark` is the SHA-256 of what the address carries, `bound_to` the viewer id that the
-- first browser had which played.
create table links (
  account_id bigint not null,
  video_id bigint not null,
  id uuid not null,
  mark bytea not null,
  viewer_id uuid not null,
  email text not null,
  name text,
  bound_to uuid,
  bound_at bigint,
  created_at bigint not null,
  primary key (account_id, video_id, id),
  foreign key (account_id, video_id) references videos (account_id, id)
);

create unique index links_by_mark on links (account_id, mark);
