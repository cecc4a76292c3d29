join {schema}.invoices owed on owed.tenant_id = d.tenant_id and owed.id = d.invoice_id
cross join lateral (
    select case when d.state = 'recovered' then d.amount
                when owed.status in ('open', 'uncollectible')
                    then least(d.amount, greatest(0, d.amount - (owed.total - owed.amount_paid)))
                else 0
           end as won
) as outcome
left join lateral (
    select sum(paid.fee)::bigint as fees, count(*) filter (where paid.fee is null) as unknown
    from (
        select a.fee from {schema}.payment_attempts a
        where a.tenant_id = $1 and a.invoice_id = d.invoice_id and a.status = 'succeeded' and a.credited < a.amount
          and outcome.won > 0
        union all
        select m.fee from {schema}.incoming_payments m
        where m.tenant_id = $1 and m.created_at >= d.opened_at and outcome.won > 0 and m.id in (
            select l.incoming_payment_id from {schema}.allocations l
            where l.tenant_id = $1 and l.invoice_id = d.invoice_id)
    ) as paid
) as kept on true
