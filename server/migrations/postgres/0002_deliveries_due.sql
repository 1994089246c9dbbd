-- The courier asks endpoint by endpoint, so that one long backlog doesn't hide the others.

drop index deliveries_due;
create index deliveries_due on deliveries (endpoint_id, next_at) where state = 'pending';
