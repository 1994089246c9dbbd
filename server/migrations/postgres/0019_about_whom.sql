-- The viewer that a message is about: an address in its body may be one that the viewer had before. Null where it
-- tells of nobody, and in messages from before this.
-- It may take longer than any statement of a server may.
set local statement_timeout = 0;
alter table outbox add column viewer_id uuid;
create index outbox_by_viewer on outbox (account_id, viewer_id) where viewer_id is not null;

-- What such a view's forms were told stands among its entries alone, and is looked for there.
create index views_left_out on views (account_id, id) where left_out is not null;
