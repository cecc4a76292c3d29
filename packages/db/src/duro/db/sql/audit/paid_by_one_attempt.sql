with pushed as (
    select g.invoice_id, sum(g.amount) as amount
    from {schema}.allocations g where g.tenant_id = $1 and g.invoice_id is not null
    group by g.invoice_id
)
select i.id as subject,
       format('is paid, owed %s, was pushed %s and has %s succeeded attempts for %s', i.total,
              coalesce(min(pushed.amount), 0), count(a.id), coalesce(sum(a.amount - a.credited), 0)) as detail
from {schema}.invoices i
left join {schema}.payment_attempts a
    on a.tenant_id = i.tenant_id and a.invoice_id = i.id and a.status = 'succeeded'
left join pushed on pushed.invoice_id = i.id
where i.tenant_id = $1 and i.status = 'paid'
group by i.tenant_id, i.id
having count(a.id) > (i.total > 0)::integer
    or coalesce(sum(a.amount - a.credited), 0) + coalesce(min(pushed.amount), 0) <> i.total
    or min(a.currency) <> i.currency
order by i.id
limit $2
