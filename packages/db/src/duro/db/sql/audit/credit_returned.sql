with held as (
    select i.id, i.credit_applied
               + coalesce((select sum(g.amount) from {schema}.allocations g
                           where g.tenant_id = i.tenant_id and g.invoice_id = i.id), 0)
               + coalesce((select -sum(p.amount) from {schema}.pending_lines p
                           where p.tenant_id = i.tenant_id and p.invoice_id = i.id and p.amount < 0), 0) as amount
    from {schema}.invoices i
    where i.tenant_id = $1 and exists (
        select from {schema}.refunds r
        where r.tenant_id = i.tenant_id and r.invoice_id = i.id and r.reason = 'canceled_in_flight')
), granted as (
    select g.invoice_id as id, sum(g.amount) as amount
    from {schema}.credit_grants g where g.tenant_id = $1 and g.invoice_id is not null
    group by g.invoice_id
)
select coalesce(held.id, granted.id) as subject,
       format('went back while %s of credit was in it, and %s was returned', coalesce(held.amount, 0),
              coalesce(granted.amount, 0)) as detail
from held
full join granted on granted.id = held.id
where coalesce(held.amount, 0) <> coalesce(granted.amount, 0)
order by 1
limit $2
