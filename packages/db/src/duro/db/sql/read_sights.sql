select payer.customer_id, seen.id, seen.known_at, seen.seen_at, seen.is_money, seen.provider, seen.failure_code
from unnest($2::uuid[], $3::timestamptz[]) as payer (customer_id, since)
cross join lateral (
    select a.id, a.settled_at as known_at, a.created_at as seen_at, a.status = 'succeeded' as is_money, a.provider,
           a.failure_code
    from {schema}.subscriptions s
    join {schema}.invoices i on i.tenant_id = $1 and i.subscription_id = s.id
    join {schema}.payment_attempts a on a.tenant_id = $1 and a.invoice_id = i.id
    where s.tenant_id = $1 and s.customer_id = payer.customer_id
      and a.rail in ('card', 'direct_debit') and a.status in ('succeeded', 'failed')
      and (payer.since is null or a.settled_at > payer.since)
    union all
    select m.id, g.created_at as known_at, m.received_at as seen_at, true as is_money, m.provider, null as failure_code
    from {schema}.subscriptions s
    cross join lateral (
        select g.id, g.incoming_payment_id, g.created_at
        from {schema}.allocations g
        where g.tenant_id = $1 and g.subscription_id = s.id
        union all
        select g.id, g.incoming_payment_id, g.created_at
        from {schema}.invoices i
        join {schema}.allocations g on g.tenant_id = $1 and g.invoice_id = i.id
        where i.tenant_id = $1 and i.subscription_id = s.id
    ) as g
    join {schema}.incoming_payments m on m.tenant_id = $1 and m.id = g.incoming_payment_id
    where s.tenant_id = $1 and s.customer_id = payer.customer_id
      and (payer.since is null or g.created_at > payer.since)
      and not exists (
          select from {schema}.allocations e
          where e.tenant_id = $1 and e.incoming_payment_id = m.id and (e.created_at, e.id) < (g.created_at, g.id))
    order by known_at
    fetch first $4 rows with ties
) as seen
order by payer.customer_id, seen.known_at, seen.id
