select a.invoice_id as subject, format('was taken %s times', count(*)) as detail
from {schema}.payment_attempts a
where a.tenant_id = $1 and a.status = 'succeeded'
group by a.invoice_id
having count(*) > 1
order by a.invoice_id
limit $2
