select s.id as subject,
       format('counts %s cycles, paid for %s periods', s.cycles_completed, count(i.id)) as detail
from {schema}.subscriptions s
left join {schema}.invoices i
    on i.tenant_id = s.tenant_id and i.subscription_id = s.id and i.status = 'paid'
    and i.period_end <= s.current_period_end
where s.tenant_id = $1
group by s.tenant_id, s.id
having s.cycles_completed <> count(i.id)
order by s.id
limit $2
