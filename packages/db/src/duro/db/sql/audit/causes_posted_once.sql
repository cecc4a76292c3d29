with owed as (
    select 'invoice' as cause_type, i.id from {schema}.invoices i
    where i.tenant_id = $1 and (i.subtotal > 0 or i.credit_granted > 0)
    union all
    select 'void', i.id from {schema}.invoices i where i.tenant_id = $1 and i.subtotal > 0 and i.status = 'void'
    union all
    select case when d.is_sent_back then 'sent_back' else 'allocated' end, d.incoming_payment_id
    from {schema}.money_decisions d where d.tenant_id = $1
    union all
    select distinct 'part_returned', g.invoice_id from {schema}.allocations g
    where g.tenant_id = $1 and g.amount < 0
    union all
    select 'uncollectible', i.id from {schema}.invoices i
    where i.tenant_id = $1 and i.marked_uncollectible_at is not null
    union all
    select 'uncollectible_recovered', i.id from {schema}.invoices i
    where i.tenant_id = $1 and i.marked_uncollectible_at is not null and i.status = 'paid'
    union all
    select 'carried', p.carried_from from {schema}.pending_lines p
    where p.tenant_id = $1 and p.carried_from is not null
    union all
    select 'payment', a.id from {schema}.payment_attempts a where a.tenant_id = $1 and a.status = 'succeeded'
    union all
    select 'incoming_payment', m.id from {schema}.incoming_payments m where m.tenant_id = $1
    union all
    select 'credit_granted', g.id from {schema}.credit_grants g where g.tenant_id = $1
    union all
    select distinct 'credit_at_end', p.subscription_id from {schema}.pending_lines p
    where p.tenant_id = $1 and p.lapsed_at is not null and p.amount < 0
    union all
    select 'refund_claimed', r.id from {schema}.refunds r where r.tenant_id = $1
    union all
    select 'refund_done', r.id from {schema}.refunds r where r.tenant_id = $1 and r.status = 'succeeded'
    union all
    select 'refund_failed', r.id from {schema}.refunds r where r.tenant_id = $1 and r.status = 'failed'
    union all
    select 'dispute', d.id from {schema}.disputes d where d.tenant_id = $1
    union all
    select 'dispute_won', d.id from {schema}.disputes d where d.tenant_id = $1 and d.status = 'won'
)
select coalesce(owed.id, j.cause_id) as subject,
       case when j.id is null then format('has no %s journal', owed.cause_type)
            else format('has a %s journal without its cause', j.cause_type) end as detail
from owed
full join (select * from {schema}.journals where tenant_id = $1) j
    on j.cause_type = owed.cause_type and j.cause_id = owed.id
where owed.id is null or j.id is null
order by 1, 2
limit $2
