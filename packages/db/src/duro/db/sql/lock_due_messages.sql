select m as message, t.name as store_name, w.reply_to, c.name as customer_name, c.email, c.phone, c.has_whatsapp_consent,
       coalesce(s.zone, t.zone) as zone, p.name as plan_name, s.status as subscription_status, s.current_period_end,
       mt.subject as own_subject, mt.html as own_html, mt.text as own_text,
       mt.whatsapp_template as own_whatsapp_template, s.cancel_at_period_end, pm.exp_year, pm.exp_month,
       s.amount = 0 or coalesce(
           pm.status = 'active' and pm.barred_at is null and coalesce(pm.ceiling >= s.amount * s.quantity, true), false
       ) as can_be_charged,
       coalesce(d.state, case when exists (
           select from {schema}.payment_attempts a
           where a.tenant_id = m.tenant_id and a.invoice_id = m.invoice_id and a.approval_url is not null
       ) then 'awaiting_customer' end) as case_state, d.paused_at as case_paused_at,
       case when d.action in ('retry', 'retry_payday', 'switch_rail') then d.next_attempt_at end as case_next_attempt_at, i.total - i.amount_paid as owed, i.currency,
       exists (
           select from {schema}.messages later
           where later.tenant_id = m.tenant_id and later.customer_id = m.customer_id and later.id > m.id
             and later.invoice_id = m.invoice_id
             and later.kind in ('dunning_1', 'dunning_2', 'dunning_3', 'dunning_4', 'authentication_link')
       ) as is_asked_anew,
       exists (
           select from {schema}.payment_requests r
           where r.tenant_id = m.tenant_id and r.invoice_id = m.invoice_id
             and r.status in ('opening', 'open') and (r.expires_at is null or r.expires_at > $3)
       ) as can_push
from {schema}.messages m
join core.tenants t on t.id = m.tenant_id
left join {schema}.recovery_settings w on w.tenant_id = m.tenant_id
join {schema}.customers c on c.tenant_id = m.tenant_id and c.id = m.customer_id
left join {schema}.subscriptions s on s.tenant_id = m.tenant_id and s.id = m.subscription_id
left join {schema}.plans p on p.tenant_id = s.tenant_id and p.id = s.plan_id
left join {schema}.payment_methods pm
    on pm.tenant_id = s.tenant_id and pm.id = s.payment_method_id and pm.detached_at is null
left join {schema}.message_templates mt on mt.tenant_id = m.tenant_id and mt.kind = m.kind
left join {schema}.invoices i on i.tenant_id = m.tenant_id and i.id = m.invoice_id
left join {schema}.dunning_schedules d on d.tenant_id = m.tenant_id and d.invoice_id = m.invoice_id
where m.tenant_id = $1 and m.id = any($2::uuid[]) and m.send_at <= $3
order by m.id
for update of m skip locked
