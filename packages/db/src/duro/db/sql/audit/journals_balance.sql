select j.id as subject, format('has %s entries that sum to %s', count(e.position), coalesce(sum(e.amount), 0)) as detail
from {schema}.journals j
left join {schema}.ledger_entries e on e.tenant_id = j.tenant_id and e.journal_id = j.id
where j.tenant_id = $1
group by j.tenant_id, j.id
having count(e.position) < 2 or sum(e.amount) <> 0
order by j.id
limit $2
