select p.id, p.subscription_id, p.description, p.amount, p.currency, p.created_at
from {schema}.pending_lines p
where p.tenant_id = $1 and p.subscription_id = any($2::uuid[]) and p.invoice_id is null and p.lapsed_at is null
union all
select null, a.subscription_id, null, null, null, null
from {schema}.payment_attempts a
where a.tenant_id = $1 and a.subscription_id = any($2::uuid[]) and a.status in ('pending', 'review')
order by id
