select s.*, d as schedule, i as invoice, m as method, p.name as plan_name, c.email as customer_email,
       c.phone as customer_phone, t.status as tenant_status
from {schema}.dunning_schedules d
join {schema}.invoices i on i.tenant_id = d.tenant_id and i.id = d.invoice_id
join {schema}.subscriptions s on s.tenant_id = d.tenant_id and s.id = d.subscription_id
join core.tenants t on t.id = d.tenant_id
join {schema}.plans p on p.tenant_id = s.tenant_id and p.id = s.plan_id
join {schema}.customers c on c.tenant_id = s.tenant_id and c.id = s.customer_id
left join {schema}.payment_methods m
    on m.tenant_id = s.tenant_id and m.id = s.payment_method_id and m.detached_at is null
where d.tenant_id = $1 and d.id = any($2::uuid[])
order by s.id, i.id
