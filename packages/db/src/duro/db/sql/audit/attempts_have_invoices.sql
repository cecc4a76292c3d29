select a.id as subject,
       case when i.id is null then 'has no invoice'
            when i.subscription_id <> a.subscription_id then 'names another subscription than its invoice'
            else format('is in %s, its invoice in %s', a.currency, i.currency) end as detail
from {schema}.payment_attempts a
left join {schema}.invoices i on i.tenant_id = a.tenant_id and i.id = a.invoice_id
where a.tenant_id = $1 and (i.id is null or i.subscription_id <> a.subscription_id or i.currency <> a.currency)
order by a.id
limit $2
