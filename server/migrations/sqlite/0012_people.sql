-- People who sign in. A user may belong to several accounts; what they may do there is said by a role.
create table users (
  id blob primary key,
  email text not null unique,
  name text not null,
  password text,
  created_at integer not null,
  password_at integer
) strict, without rowid;

create table members (
  account_id integer not null references accounts (id),
  user_id blob not null references users (id),
  role text not null,
  created_at integer not null,
  primary key (account_id, user_id)
) strict, without rowid;

create index members_by_user on members (user_id, account_id);

-- A browser that is signed in: the SHA-256 of what its cookie says, and the account that it looks at.
create table sessions (
  hash blob primary key,
  id blob not null,
  user_id blob not null references users (id),
  account_id integer not null,
  agent text not null,
  created_at integer not null,
  seen_at integer not null,
  expires_at integer not null
) strict, without rowid;

create index sessions_by_user on sessions (user_id, id);
create index sessions_by_end on sessions (expires_at);

-- Links that are good once: to set a password, and to join an account.
create table resets (
  hash blob primary key,
  user_id blob not null references users (id),
  expires_at integer not null,
  created_at integer not null
) strict, without rowid;

create index resets_by_user on resets (user_id);

create table invitations (
  account_id integer not null references accounts (id),
  id blob not null,
  hash blob not null unique,
  email text not null,
  role text not null,
  expires_at integer not null,
  created_at integer not null,
  primary key (account_id, id)
) strict, without rowid;

-- A key that was there before has every right, and no end.
alter table api_keys add column name text not null default '';
alter table api_keys add column scopes text not null default 'all';
alter table api_keys add column expires_at integer;
alter table api_keys add column last_used_at integer;

-- Who changed what. Names of fields, never their values; ids are in the order of time.
create table audit (
  account_id integer not null,
  id blob not null,
  at integer not null,
  actor text not null,
  actor_id text not null,
  action text not null,
  object text not null,
  fields text not null,
  primary key (account_id, id)
) strict, without rowid;
