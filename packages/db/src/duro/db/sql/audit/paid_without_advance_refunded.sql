select i.id as subject, 'was paid for a period that never began and has no refund' as detail
from {schema}.invoices i
join {schema}.subscriptions s on s.tenant_id = i.tenant_id and s.id = i.subscription_id
where i.tenant_id = $1 and i.kind in ('period', 'plan_change') and i.status = 'paid' and i.total > 0
    and (i.period_start > s.current_period_start
         or (i.period_start = s.current_period_start and i.period_end > s.current_period_end))
    and not exists (
        select from {schema}.refunds r
        where r.tenant_id = i.tenant_id and r.invoice_id = i.id and r.reason = 'canceled_in_flight')
    and not exists (
        select from {schema}.invoices later
        where later.tenant_id = i.tenant_id and later.subscription_id = i.subscription_id and later.id > i.id
            and later.kind = 'plan_change' and later.status = 'paid' and later.period_start = i.period_start)
order by i.id
limit $2
