select s.*, i as invoice, a as attempt, p.name as plan_name, c.email as customer_email, t.status as tenant_status,
       m.token as method_token, m.brand as method_brand, m.barred_at is not null as is_method_barred,
       m.activated_at as method_activated_at, w.missed_periods,
       case when s.renews_from is not null or s.status in ('past_due', 'unpaid') then (
           select own.card_key from {schema}.payment_methods own
           where own.tenant_id = $1 and own.id = s.payment_method_id
       ) end as card_key,
       case when s.renews_from is not null or s.status in ('past_due', 'unpaid') then (
           select max(o.renews_from)
           from {schema}.payment_methods own
           join {schema}.payment_methods c on c.tenant_id = $1 and c.card_key = own.card_key
           join {schema}.subscriptions o
               on o.tenant_id = $1 and o.customer_id = c.customer_id and o.payment_method_id = c.id
           where own.tenant_id = $1 and own.id = s.payment_method_id and o.id <> s.id
             and o.status in ('active', 'trialing')
       ) end as card_taken_from,
       i.kind = 'proration' and exists (
           select from {schema}.dunning_schedules d where d.tenant_id = $1 and d.invoice_id = i.id
       ) as is_proration_recovered
from {schema}.payment_attempts a
join {schema}.invoices i on i.tenant_id = a.tenant_id and i.id = a.invoice_id
join {schema}.subscriptions s on s.tenant_id = a.tenant_id and s.id = a.subscription_id
join core.tenants t on t.id = a.tenant_id
join {schema}.plans p on p.tenant_id = s.tenant_id and p.id = s.plan_id
join {schema}.customers c on c.tenant_id = s.tenant_id and c.id = s.customer_id
join {schema}.payment_methods m on m.tenant_id = a.tenant_id and m.id = a.payment_method_id
left join {schema}.recovery_settings w on w.tenant_id = a.tenant_id
where a.tenant_id = $1 and a.id = any($2::uuid[])
order by s.id
for update of s, i, a
