select d.id
from {schema}.dunning_schedules d
join {schema}.invoices i on i.tenant_id = d.tenant_id and i.id = d.invoice_id
join {schema}.subscriptions s on s.tenant_id = d.tenant_id and s.id = d.subscription_id
where d.tenant_id = $1 and d.id = any($2::uuid[])
order by s.id, i.id
for update of s, i, d
