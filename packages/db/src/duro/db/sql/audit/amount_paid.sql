with brought as (
    select a.invoice_id, a.amount - a.credited as amount
    from {schema}.payment_attempts a where a.tenant_id = $1 and a.status = 'succeeded'
    union all
    select g.invoice_id, g.amount from {schema}.allocations g where g.tenant_id = $1 and g.invoice_id is not null
)
select i.id as subject,
       format('says %s was paid, its succeeded attempts and allocations %s', i.amount_paid,
              coalesce(sum(brought.amount), 0)) as detail
from {schema}.invoices i
left join brought on brought.invoice_id = i.id
where i.tenant_id = $1
group by i.tenant_id, i.id
having i.amount_paid <> coalesce(sum(brought.amount), 0)
order by i.id
limit $2
