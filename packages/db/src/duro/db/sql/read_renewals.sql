select s.*, p.name as plan_name, c.email as customer_email, t.status as tenant_status, m.provider as method_provider,
       m.token as method_token, m.rail as method_rail, m.ceiling as method_ceiling,
       m.ceiling_currency as method_ceiling_currency, m.brand as method_brand,
       exists (
           select from {schema}.payment_attempts a
           where a.tenant_id = $1 and a.subscription_id = s.id and a.status in ('pending', 'review')
       ) as is_charge_pending,
       array(
           select l from {schema}.pending_lines l
           where l.tenant_id = $1 and l.subscription_id = s.id and l.invoice_id is null and l.lapsed_at is null
           order by l.id
       ) as pending_lines,
       array(
           select a
           from {schema}.payment_methods c
           join {schema}.payment_attempts a
               on a.tenant_id = $1 and a.payment_method_id = c.id and a.status = 'failed'
              and a.created_at > $3::timestamptz
           where c.tenant_id = $1 and c.card_key = m.card_key
           order by a.created_at desc
           limit 100
       ) as declines
from {schema}.subscriptions s
join core.tenants t on t.id = s.tenant_id
join {schema}.plans p
    on p.tenant_id = s.tenant_id and p.id = coalesce((s.scheduled_change ->> 'plan_id')::uuid, s.plan_id)
join {schema}.customers c on c.tenant_id = s.tenant_id and c.id = s.customer_id
left join {schema}.payment_methods m
    on m.tenant_id = s.tenant_id and m.id = s.payment_method_id and m.detached_at is null
    and m.status = 'active' and m.barred_at is null
where s.tenant_id = $1 and s.id = any($2::uuid[])
order by s.id
