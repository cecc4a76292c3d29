with claimed as (
    insert into {schema}.invoices (
        tenant_id, id, subscription_id, customer_id, idempotency_key, status, currency, subtotal, discount,
        credit_applied, total, period_start, period_end, created_at)
    select $1, i.id, i.subscription_id, i.customer_id, i.idempotency_key, 'open', i.currency, i.subtotal, i.discount,
           i.credit_applied, i.total, i.period_start, i.period_end, i.created_at
    from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[],
                $10::bigint[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[])
         as i (id, subscription_id, customer_id, idempotency_key, currency, subtotal, discount, credit_applied, total,
               period_start, period_end, created_at)
    on conflict (tenant_id, idempotency_key) do nothing
    returning id
), lines as (
    insert into {schema}.invoice_lines (tenant_id, invoice_id, position, description, quantity, unit_amount, amount)
    select $1, l.invoice_id, l.position, l.description, l.quantity, l.unit_amount, l.amount
    from unnest($14::uuid[], $15::smallint[], $16::text[], $17::integer[], $18::bigint[], $19::bigint[])
         as l (invoice_id, position, description, quantity, unit_amount, amount)
    join claimed on claimed.id = l.invoice_id
), instruments as (
    select m.id from {schema}.payment_methods m
    where m.tenant_id = $1 and m.id = any($23::uuid[]) and m.detached_at is null
    for key share
), attempts as (
    insert into {schema}.payment_attempts (
        tenant_id, id, invoice_id, subscription_id, payment_method_id, provider, rail, status, amount, currency, reason,
        claimed_until, created_at)
    select $1, a.id, a.invoice_id, a.subscription_id, a.payment_method_id, a.provider, a.rail, 'pending', a.amount,
           a.currency, a.reason, a.claimed_until, a.created_at
    from unnest($20::uuid[], $21::uuid[], $22::uuid[], $23::uuid[], $24::text[], $25::text[], $26::bigint[], $27::text[],
                $28::text[], $29::timestamptz[], $30::timestamptz[])
         as a (id, invoice_id, subscription_id, payment_method_id, provider, rail, amount, currency, reason,
               claimed_until, created_at)
    join claimed on claimed.id = a.invoice_id
    join instruments on instruments.id = a.payment_method_id
    returning id, invoice_id
), journals as (
    insert into {schema}.journals (tenant_id, id, cause_type, cause_id, currency, created_at)
    select $1, j.id, 'invoice', j.invoice_id, j.currency, j.created_at
    from unnest($31::uuid[], $32::uuid[], $33::text[], $34::timestamptz[]) as j (id, invoice_id, currency, created_at)
    join claimed on claimed.id = j.invoice_id
), entries as (
    insert into {schema}.ledger_entries (tenant_id, journal_id, position, account, amount, currency)
    select $1, e.journal_id, e.position, e.account, e.amount, e.currency
    from unnest($35::uuid[], $36::uuid[], $37::smallint[], $38::text[], $39::bigint[], $40::text[])
         as e (journal_id, invoice_id, position, account, amount, currency)
    join claimed on claimed.id = e.invoice_id
), events as (
    insert into {schema}.events (tenant_id, id, type, subscription_id, sequence, data, created_at)
    select $1, v.id, v.type, v.subscription_id, v.sequence, v.data, v.created_at
    from unnest($41::uuid[], $42::uuid[], $43::text[], $44::uuid[], $45::integer[], $46::jsonb[], $47::timestamptz[])
         as v (id, invoice_id, type, subscription_id, sequence, data, created_at)
    join claimed on claimed.id = v.invoice_id
), subscriptions as (
    update {schema}.subscriptions s
    set balance = u.balance, event_sequence = u.event_sequence, updated_at = u.updated_at
    from unnest($48::uuid[], $49::uuid[], $50::bigint[], $51::integer[], $52::timestamptz[])
         as u (id, invoice_id, balance, event_sequence, updated_at)
    join claimed on claimed.id = u.invoice_id
    where s.tenant_id = $1 and s.id = u.id
)
select claimed.id as invoice_id, attempts.id as attempt_id
from claimed left join attempts on attempts.invoice_id = claimed.id
