select m.id as subject,
       format('came as %s %s and has allocations of %s', m.amount, m.currency, sum(g.amount)) as detail
from {schema}.incoming_payments m
join {schema}.allocations g on g.tenant_id = m.tenant_id and g.incoming_payment_id = m.id
left join {schema}.invoices i on i.tenant_id = g.tenant_id and i.id = g.invoice_id
where m.tenant_id = $1
group by m.tenant_id, m.id
having sum(g.amount) > m.amount or bool_or(g.currency <> m.currency) or bool_or(i.currency <> m.currency)
order by m.id
limit $2
