-- The order in which an author named them.
alter table interactions add column place bigint not null default 0;
-- What an author works on beside what viewers get; `draft` says that viewers get nothing yet.
alter table interactions add column draft_body text;

-- Interactions that a view need not answer, as JSON: its pages brought their grants, other ways in don't.
alter table views add column grants text not null default '[]';
