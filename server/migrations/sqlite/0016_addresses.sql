-- An address is looked up without its case.
drop index viewers_by_email;
create index viewers_by_email on viewers (account_id, lower(email));
