select s.*, d as schedule, i as invoice, m as method, p.name as plan_name, c.email as customer_email,
       c.phone as customer_phone, t.status as tenant_status,
       array(
           select o from {schema}.payment_methods o
           where o.tenant_id = $1 and o.customer_id = s.customer_id and o.rail = 'direct_debit' and o.status = 'active'
             and o.detached_at is null and o.barred_at is null and o.ceiling >= i.total - i.amount_paid
             and o.ceiling_currency = i.currency and o.id is distinct from coalesce(d.payment_method_id, s.payment_method_id)
           order by o.id
           limit 10
       ) as mandates
from {schema}.dunning_schedules d
join {schema}.invoices i on i.tenant_id = d.tenant_id and i.id = d.invoice_id
join {schema}.subscriptions s on s.tenant_id = d.tenant_id and s.id = d.subscription_id
join core.tenants t on t.id = d.tenant_id
join {schema}.plans p on p.tenant_id = s.tenant_id and p.id = s.plan_id
join {schema}.customers c on c.tenant_id = s.tenant_id and c.id = s.customer_id
left join {schema}.payment_methods m
    on m.tenant_id = s.tenant_id and m.id = coalesce(d.payment_method_id, s.payment_method_id) and m.detached_at is null
    and m.status in ('active', 'pending')
    and (m.ceiling is null or (m.ceiling >= i.total - i.amount_paid and m.ceiling_currency = i.currency))
where d.tenant_id = $1 and d.id = any($2::uuid[])
order by s.id, i.id
