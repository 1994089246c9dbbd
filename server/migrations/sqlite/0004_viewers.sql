-- Viewers whom somebody has named: a signed token, a personal link, a form. All others are in no table.
-- `verified` is a sum: 1 the e-mail, 2 the name came from the account's own server.
create table viewers (
  account_id integer not null references accounts (id),
  id blob not null,
  email text,
  name text,
  first_name text,
  last_name text,
  phone text,
  fields text not null default '{}',
  verified integer not null default 0,
  origin text not null,
  created_at integer not null,
  updated_at integer not null,
  primary key (account_id, id)
) strict, without rowid;

create index viewers_by_email on viewers (account_id, email) where email is not null;

-- Keys under which an account's server signs viewer tokens, sealed. One has no end.
create table viewer_keys (
  account_id integer not null references accounts (id),
  id blob not null,
  key blob not null,
  created_at integer not null,
  ends_at integer,
  primary key (account_id, id)
) strict, without rowid;

create unique index viewer_keys_current on viewer_keys (account_id) where ends_at is null;

-- Personal links. `mark` is the SHA-256 of what the address carries, `bound_to` the viewer id that the
-- first browser had which played.
create table links (
  account_id integer not null,
  video_id integer not null,
  id blob not null,
  mark blob not null,
  viewer_id blob not null,
  email text not null,
  name text,
  bound_to blob,
  bound_at integer,
  created_at integer not null,
  primary key (account_id, video_id, id),
  foreign key (account_id, video_id) references videos (account_id, id)
) strict, without rowid;

create unique index links_by_mark on links (account_id, mark);
