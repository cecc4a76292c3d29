select i.id as subject,
       format('is paid, owed %s and has %s succeeded attempts for %s', i.total, count(a.id), coalesce(sum(a.amount), 0))
           as detail
from {schema}.invoices i
left join {schema}.payment_attempts a
    on a.tenant_id = i.tenant_id and a.invoice_id = i.id and a.status = 'succeeded'
where i.tenant_id = $1 and i.status = 'paid'
group by i.tenant_id, i.id
having count(a.id) <> (i.total > 0)::integer
    or (i.total > 0 and (sum(a.amount) <> i.total or min(a.currency) <> i.currency))
order by i.id
limit $2
