select s.id as subject,
       format('has told %s events numbered %s to %s, its sequence is %s', count(e.id), min(e.sequence), max(e.sequence),
              s.event_sequence) as detail
from {schema}.subscriptions s
left join {schema}.events e on e.tenant_id = s.tenant_id and e.subscription_id = s.id
where s.tenant_id = $1
group by s.tenant_id, s.id
having count(e.id) <> s.event_sequence or min(e.sequence) <> 1 or max(e.sequence) <> s.event_sequence
order by s.id
limit $2
