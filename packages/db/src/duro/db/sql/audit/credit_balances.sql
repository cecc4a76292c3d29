with causes as (
    select c.cause_type, i.id as cause_id, i.subscription_id
    from {schema}.invoices i
    cross join unnest(array['invoice', 'part_returned', 'void', 'uncollectible',
                               'uncollectible_recovered']) as c (cause_type)
    where i.tenant_id = $1
    union all
    select 'payment', a.id, a.subscription_id from {schema}.payment_attempts a where a.tenant_id = $1
    union all
    select distinct c.cause_type, g.incoming_payment_id, g.subscription_id
    from {schema}.allocations g
    cross join unnest(array['incoming_payment', 'allocated']) as c (cause_type)
    where g.tenant_id = $1 and g.subscription_id is not null
    union all
    select 'credit_granted', g.id, g.subscription_id from {schema}.credit_grants g where g.tenant_id = $1
    union all
    select 'credit_at_end', s.id, s.id from {schema}.subscriptions s where s.tenant_id = $1
), posted as (
    select causes.subscription_id, -sum(e.amount) as amount
    from causes
    join {schema}.journals j on j.tenant_id = $1 and j.cause_type = causes.cause_type and j.cause_id = causes.cause_id
    join {schema}.ledger_entries e
        on e.tenant_id = $1 and e.journal_id = j.id and e.account = 'customer_credit'
    group by causes.subscription_id
)
select s.id as subject,
       format('has a balance of %s, the ledger gave it %s', s.balance, coalesce(posted.amount, 0)) as detail
from {schema}.subscriptions s
left join posted on posted.subscription_id = s.id
where s.tenant_id = $1 and s.balance <> coalesce(posted.amount, 0)
order by s.id
limit $2
