select i.id as subject,
       format('paid %s, says %s went back, has refunds of %s done and %s claimed', i.amount_paid, i.amount_refunded,
              coalesce(sum(r.amount) filter (where r.status = 'succeeded'), 0),
              coalesce(sum(r.amount) filter (where r.status <> 'failed'), 0)) as detail
from {schema}.invoices i
left join {schema}.refunds r on r.tenant_id = i.tenant_id and r.invoice_id = i.id
where i.tenant_id = $1
group by i.tenant_id, i.id
having i.amount_refunded <> coalesce(sum(r.amount) filter (where r.status = 'succeeded'), 0)
    or i.amount_paid < coalesce(sum(r.amount) filter (where r.status <> 'failed'), 0)
order by i.id
limit $2
