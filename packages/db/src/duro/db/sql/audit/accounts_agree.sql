with kept as (
    select p.invoice_id, p.subscription_id, p.currency, p.lapsed_at is not null as has_lapsed, -sum(p.amount) as amount
    from {schema}.pending_lines p
    where p.tenant_id = $1 and p.amount < 0 and (p.invoice_id is not null or p.lapsed_at is not null)
    group by p.invoice_id, p.subscription_id, p.currency, p.lapsed_at is not null
), rows as (
    select 'receivable' as account, i.currency, i.total - i.amount_paid as amount
    from {schema}.invoices i where i.tenant_id = $1 and i.status = 'open'
    union all
    select 'revenue', i.currency, i.credit_granted - i.subtotal
    from {schema}.invoices i where i.tenant_id = $1 and i.status <> 'void'
    union all
    select 'revenue', k.currency, k.amount
    from kept k left join {schema}.invoices i on i.tenant_id = $1 and i.id = k.invoice_id
    where k.has_lapsed or i.status = 'void'
    union all
    select 'discount', i.currency, i.discount
    from {schema}.invoices i where i.tenant_id = $1 and i.status <> 'void'
    union all
    select 'bad_debt', i.currency,
           i.credit_applied + i.total - i.amount_paid
    from {schema}.invoices i
    where i.tenant_id = $1 and i.status = 'uncollectible'
    union all
    select 'customer_credit', s.currency, -s.balance
    from {schema}.subscriptions s where s.tenant_id = $1 and s.balance <> 0
    union all
    select 'credit_granted', g.currency, g.amount
    from {schema}.credit_grants g where g.tenant_id = $1
    union all
    select 'gateway:' || a.provider, a.currency, a.amount
    from {schema}.payment_attempts a where a.tenant_id = $1 and a.status = 'succeeded'
    union all
    select 'gateway:' || m.provider, m.currency, m.amount
    from {schema}.incoming_payments m where m.tenant_id = $1
    union all
    select 'unallocated', m.currency, -m.amount
    from {schema}.incoming_payments m where m.tenant_id = $1
    union all
    select 'unallocated', g.currency, g.amount
    from {schema}.allocations g where g.tenant_id = $1
    union all
    select moved.account, m.currency, moved.sign * m.amount
    from {schema}.money_decisions d
    join {schema}.incoming_payments m on m.tenant_id = d.tenant_id and m.id = d.incoming_payment_id
    cross join lateral (values ('unallocated', 1), ('gateway:' || m.provider, -1)) as moved (account, sign)
    where d.tenant_id = $1 and d.is_sent_back
    union all
    select 'gateway:' || a.provider, r.currency, -r.amount
    from {schema}.refunds r
    join {schema}.payment_attempts a on a.tenant_id = r.tenant_id and a.id = r.attempt_id
    where r.tenant_id = $1 and r.status = 'succeeded'
    union all
    select 'refunds', r.currency, r.amount
    from {schema}.refunds r where r.tenant_id = $1 and r.status <> 'failed'
    union all
    select 'refund_payable', r.currency, -r.amount
    from {schema}.refunds r where r.tenant_id = $1 and r.status in ('pending', 'needs_attention')
    union all
    select 'dispute', d.currency, d.amount
    from {schema}.disputes d where d.tenant_id = $1 and d.status <> 'won'
    union all
    select 'gateway:' || d.provider, d.currency, -d.amount
    from {schema}.disputes d where d.tenant_id = $1 and d.status <> 'won'
), expected as (
    select account, currency, sum(amount) as amount from rows group by account, currency
), posted as (
    select account, currency, sum(amount) as amount from {schema}.ledger_entries
    where tenant_id = $1 group by account, currency
)
select $1::uuid as subject,
       format('account %s is %s %s in the ledger, the rows make it %s', coalesce(posted.account, expected.account),
              coalesce(posted.currency, expected.currency), coalesce(posted.amount, 0), coalesce(expected.amount, 0))
           as detail
from posted
full join expected on expected.account = posted.account and expected.currency = posted.currency
where coalesce(posted.amount, 0) <> coalesce(expected.amount, 0)
order by 2
limit $2
