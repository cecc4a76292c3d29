with counted as (
    select i.subscription_id, count(*) as cycles
    from {schema}.invoices i
    where i.tenant_id = $1 and i.kind in ('period', 'plan_change') and i.status = 'paid'
        and not exists (
            select from {schema}.refunds r
            where r.tenant_id = i.tenant_id and r.invoice_id = i.id and r.reason = 'canceled_in_flight')
        and not exists (
            select from {schema}.invoice_lines l
            where l.tenant_id = i.tenant_id and l.invoice_id = i.id and l.description like '%, part of a period')
    group by i.subscription_id
)
select s.id as subject,
       format('counts %s cycles, paid for %s periods', s.cycles_completed, coalesce(counted.cycles, 0)) as detail
from {schema}.subscriptions s
left join counted on counted.subscription_id = s.id
where s.tenant_id = $1 and s.cycles_completed <> coalesce(counted.cycles, 0)
order by s.id
limit $2
