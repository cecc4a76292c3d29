with taken as (
    select p.invoice_id, p.description, p.amount, count(*) as times,
           bool_and(p.subscription_id = i.subscription_id and p.currency = i.currency) as is_its_own
    from {schema}.pending_lines p
    join {schema}.invoices i on i.tenant_id = p.tenant_id and i.id = p.invoice_id
    where p.tenant_id = $1
    group by p.invoice_id, p.description, p.amount
)
select taken.invoice_id as subject,
       case when taken.is_its_own then format('took %s up %s times and doesn''t show that', taken.amount, taken.times)
            else format('took up %s of another subscription', taken.amount) end as detail
from taken
where not taken.is_its_own or taken.times > (
    select count(*) from {schema}.invoice_lines l
    where l.tenant_id = $1 and l.invoice_id = taken.invoice_id and l.description = taken.description
        and l.amount = taken.amount)
union all
select p.subscription_id,
       case when p.lapsed_at is null then format('has ended while %s waits for its next invoice', p.amount)
            else format('let %s lapse and hasn''t ended', p.amount) end
from {schema}.pending_lines p
join {schema}.subscriptions s on s.tenant_id = p.tenant_id and s.id = p.subscription_id
where p.tenant_id = $1 and p.invoice_id is null
    and (p.lapsed_at is null) = (s.status in ('canceled', 'expired', 'incomplete_expired'))
union all
select p.carried_from, format('carried %s to the next invoice and isn''t paid, or doesn''t show that', p.amount)
from {schema}.pending_lines p
join {schema}.invoices i on i.tenant_id = p.tenant_id and i.id = p.carried_from
where p.tenant_id = $1 and (i.status <> 'paid' or i.subscription_id <> p.subscription_id or not exists (
    select from {schema}.invoice_lines l
    where l.tenant_id = $1 and l.invoice_id = p.carried_from and l.amount = -p.amount))
order by 1, 2
limit $2
