-- Who may see a video beyond what its settings say, as JSON; the password is a hash.
alter table videos add column access text not null default '{}';
