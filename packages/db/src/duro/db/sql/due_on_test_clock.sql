select due.kind, due.id, due.due_at
from (
    (select 1 as kind, a.id, a.claimed_until as due_at
     from {schema}.payment_attempts a
     join {schema}.subscriptions s on s.tenant_id = a.tenant_id and s.id = a.subscription_id
     where a.tenant_id = $1 and s.test_clock_id = $2 and a.status = 'pending' and a.claimed_until <= $3
       and a.id <> all($4::uuid[])
     order by a.claimed_until, a.id
     limit $5)
    union all
    (select 2, r.id, r.claimed_until
     from {schema}.refunds r
     join {schema}.payment_attempts a on a.tenant_id = r.tenant_id and a.id = r.attempt_id
     join {schema}.subscriptions s on s.tenant_id = a.tenant_id and s.id = a.subscription_id
     where r.tenant_id = $1 and s.test_clock_id = $2 and r.status = 'pending' and r.claimed_until <= $3
       and r.id <> all($4::uuid[])
     order by r.claimed_until, r.id
     limit $5)
    union all
    (select 3, s.id, s.created_at + make_interval(secs => $6)
     from {schema}.subscriptions s
     where s.tenant_id = $1 and s.test_clock_id = $2 and s.status = 'incomplete'
       and s.created_at <= $3 - make_interval(secs => $6)
       and s.id <> all($4::uuid[])
       and not exists (select from {schema}.invoices i where i.tenant_id = $1 and i.subscription_id = s.id)
     order by s.created_at, s.id
     limit $5)
    union all
    (select 3, s.id, s.created_at + make_interval(secs => $7)
     from {schema}.subscriptions s
     where s.tenant_id = $1 and s.test_clock_id = $2 and s.status = 'incomplete'
       and s.created_at <= $3 - make_interval(secs => $7)
       and s.id <> all($4::uuid[])
       and exists (select from {schema}.invoices i where i.tenant_id = $1 and i.subscription_id = s.id)
       and not exists (
           select from {schema}.payment_attempts a
           where a.tenant_id = $1 and a.subscription_id = s.id and a.status in ('pending', 'review'))
     order by s.created_at, s.id
     limit $5)
    union all
    (select 4, s.id, greatest(s.current_period_end, s.renews_from)
     from {schema}.subscriptions s
     where s.tenant_id = $1 and s.test_clock_id = $2
       and (s.status in ('active', 'trialing') or (s.status = 'paused' and s.cancel_at_period_end))
       and s.current_period_end <= $3 and (s.renews_from is null or s.renews_from <= $3)
       and s.id <> all($4::uuid[])
       and not exists (
           select from {schema}.payment_attempts a
           where a.tenant_id = $1 and a.subscription_id = s.id and a.status in ('pending', 'review'))
     order by greatest(s.current_period_end, s.renews_from), s.id
     limit $5)
    union all
    (select 5, d.id, d.wake_at
     from {schema}.dunning_schedules d
     join {schema}.subscriptions s on s.tenant_id = d.tenant_id and s.id = d.subscription_id
     where d.tenant_id = $1 and s.test_clock_id = $2 and d.wake_at <= $3
       and d.id <> all($4::uuid[])
       and not exists (
           select from {schema}.payment_attempts a
           where a.tenant_id = $1 and a.subscription_id = d.subscription_id and a.status in ('pending', 'review'))
     order by d.wake_at, d.id
     limit $5)
    union all
    (select 6, r.id, r.look_at
     from {schema}.payment_requests r
     join {schema}.subscriptions s on s.tenant_id = r.tenant_id and s.id = r.subscription_id
     where r.tenant_id = $1 and s.test_clock_id = $2 and r.look_at <= $3
       and r.id <> all($4::uuid[])
     order by r.look_at, r.id
     limit $5)
) as due
order by due.due_at, due.kind, due.id
limit $5
