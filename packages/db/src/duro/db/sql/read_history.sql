with cards as (
    select m.id, m.customer_id, m.card_key
    from {schema}.payment_methods m
    where m.tenant_id = $1 and m.card_key = any($3::bytea[])
), successes as (
    select distinct on (c.card_key) won.id
    from cards c
    join {schema}.subscriptions s on s.tenant_id = $1 and s.customer_id = c.customer_id
    cross join lateral (
        select a.id, a.created_at
        from {schema}.invoices i
        join {schema}.payment_attempts a on a.tenant_id = $1 and a.invoice_id = i.id
        where i.tenant_id = $1 and i.subscription_id = s.id and a.payment_method_id = c.id and a.status = 'succeeded'
        order by i.id desc
        limit 1
    ) as won
    order by c.card_key, won.created_at desc
), told as (
    select a.id
    from {schema}.payment_attempts a
    where a.tenant_id = $1 and a.invoice_id = any($2::uuid[])
    union
    select a.id
    from cards c
    join {schema}.payment_attempts a on a.tenant_id = $1 and a.payment_method_id = c.id and a.status = 'failed'
    union
    select a.id
    from cards c
    join {schema}.subscriptions s on s.tenant_id = $1 and s.customer_id = c.customer_id
    join {schema}.payment_attempts a
        on a.tenant_id = $1 and a.subscription_id = s.id and a.payment_method_id = c.id
       and a.status in ('pending', 'review')
    union
    select a.id
    from {schema}.payment_attempts a
    where a.tenant_id = $1 and a.subscription_id = any($4::uuid[]) and a.status in ('pending', 'review')
    union
    select successes.id from successes
)
select a.*, m.card_key
from told
join {schema}.payment_attempts a on a.tenant_id = $1 and a.id = told.id
join {schema}.payment_methods m on m.tenant_id = $1 and m.id = a.payment_method_id
order by a.created_at, a.id
