left join lateral (
    select sum(paid.fee)::bigint as fees, count(*) filter (where paid.fee is null) as unknown
    from (
        select a.fee from {schema}.payment_attempts a
        where a.tenant_id = $1 and a.invoice_id = d.invoice_id and a.status = 'succeeded' and a.credited < a.amount
          and d.state = 'recovered'
        union all
        select m.fee from {schema}.incoming_payments m
        where m.tenant_id = $1 and m.created_at >= d.opened_at and d.state = 'recovered' and m.id in (
            select l.incoming_payment_id from {schema}.allocations l
            where l.tenant_id = $1 and l.invoice_id = d.invoice_id)
    ) as paid
) as kept on true
