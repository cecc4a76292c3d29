select c.id as subject,
       format('counts %s redemptions, %s subscriptions have it', c.redemptions, count(s.id)) as detail
from {schema}.promo_codes c
join {schema}.subscriptions s
    on s.tenant_id = c.tenant_id and s.promo_code_id = c.id and s.status <> 'incomplete_expired'
where c.tenant_id = $1
group by c.tenant_id, c.id
having c.redemptions < count(s.id)
order by c.id
limit $2
