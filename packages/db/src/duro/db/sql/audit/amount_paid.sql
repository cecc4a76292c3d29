select i.id as subject,
       format('says %s was paid, its succeeded attempts %s', i.amount_paid, coalesce(sum(a.amount), 0)) as detail
from {schema}.invoices i
left join {schema}.payment_attempts a
    on a.tenant_id = i.tenant_id and a.invoice_id = i.id and a.status = 'succeeded'
where i.tenant_id = $1
group by i.tenant_id, i.id
having i.amount_paid <> coalesce(sum(a.amount), 0)
order by i.id
limit $2
