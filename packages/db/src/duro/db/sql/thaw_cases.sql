update {schema}.dunning_schedules d
set deadline_at = d.deadline_at + frozen.lost,
    action = case when d.state = 'awaiting_customer' then d.action end,
    cause = case when d.state = 'awaiting_customer' then d.cause end,
    next_attempt_at = case when d.state = 'awaiting_customer' then d.next_attempt_at + frozen.lost end,
    wake_at = case when d.state = 'awaiting_customer' then d.wake_at + frozen.lost else $3 end
from (
    select c.id, $3::timestamptz - greatest(c.opened_at, $2::timestamptz) as lost
    from {schema}.dunning_schedules c
    join {schema}.subscriptions s on s.tenant_id = c.tenant_id and s.id = c.subscription_id
    where c.tenant_id = $1 and c.state in ('scheduled', 'awaiting_customer') and c.paused_at is null
      and s.test_clock_id is null
) as frozen
where d.tenant_id = $1 and d.id = frozen.id
