with claimed as (
    insert into {schema}.invoices (
        tenant_id, id, subscription_id, customer_id, kind, idempotency_key, status, currency, subtotal, discount,
        credit_applied, total, credit_granted, period_start, period_end, plan_change, promo_code_id, created_at)
    select $1, i.id, i.subscription_id, i.customer_id, i.kind, i.idempotency_key, 'open', i.currency, i.subtotal,
           i.discount, i.credit_applied, i.total, i.credit_granted, i.period_start, i.period_end, i.plan_change,
           i.promo_code_id, i.created_at
    from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[],
                $10::bigint[], $11::bigint[], $12::bigint[], $13::timestamptz[], $14::timestamptz[], $15::jsonb[],
                $16::uuid[], $17::timestamptz[])
         as i (id, subscription_id, customer_id, kind, idempotency_key, currency, subtotal, discount, credit_applied,
               total, credit_granted, period_start, period_end, plan_change, promo_code_id, created_at)
    on conflict (tenant_id, idempotency_key) do nothing
    returning id
), lines as (
    insert into {schema}.invoice_lines (tenant_id, invoice_id, position, description, quantity, unit_amount, amount)
    select $1, l.invoice_id, l.position, l.description, l.quantity, l.unit_amount, l.amount
    from unnest($18::uuid[], $19::smallint[], $20::text[], $21::integer[], $22::bigint[], $23::bigint[])
         as l (invoice_id, position, description, quantity, unit_amount, amount)
    join claimed on claimed.id = l.invoice_id
), instruments as (
    select m.id from {schema}.payment_methods m
    where m.tenant_id = $1 and m.id = any($27::uuid[]) and m.detached_at is null and m.status = 'active'
      and m.barred_at is null
    for key share
), attempts as (
    insert into {schema}.payment_attempts (
        tenant_id, id, invoice_id, subscription_id, payment_method_id, provider, rail, status, amount, currency, reason,
        claimed_until, created_at)
    select $1, a.id, a.invoice_id, a.subscription_id, a.payment_method_id, a.provider, a.rail, 'pending', a.amount,
           a.currency, a.reason, a.claimed_until, a.created_at
    from unnest($24::uuid[], $25::uuid[], $26::uuid[], $27::uuid[], $28::text[], $29::text[], $30::bigint[], $31::text[],
                $32::text[], $33::timestamptz[], $34::timestamptz[])
         as a (id, invoice_id, subscription_id, payment_method_id, provider, rail, amount, currency, reason,
               claimed_until, created_at)
    join claimed on claimed.id = a.invoice_id
    join instruments on instruments.id = a.payment_method_id
    returning id, invoice_id
), journals as (
    insert into {schema}.journals (tenant_id, id, cause_type, cause_id, currency, created_at)
    select $1, j.id, 'invoice', j.invoice_id, j.currency, j.created_at
    from unnest($35::uuid[], $36::uuid[], $37::text[], $38::timestamptz[]) as j (id, invoice_id, currency, created_at)
    join claimed on claimed.id = j.invoice_id
), entries as (
    insert into {schema}.ledger_entries (tenant_id, journal_id, position, account, amount, currency)
    select $1, e.journal_id, e.position, e.account, e.amount, e.currency
    from unnest($39::uuid[], $40::uuid[], $41::smallint[], $42::text[], $43::bigint[], $44::text[])
         as e (journal_id, invoice_id, position, account, amount, currency)
    join claimed on claimed.id = e.invoice_id
), events as (
    insert into {schema}.events (tenant_id, id, type, subscription_id, sequence, data, created_at)
    select $1, v.id, v.type, v.subscription_id, v.sequence, v.data, v.created_at
    from unnest($45::uuid[], $46::uuid[], $47::text[], $48::uuid[], $49::integer[], $50::jsonb[], $51::timestamptz[])
         as v (id, invoice_id, type, subscription_id, sequence, data, created_at)
    join claimed on claimed.id = v.invoice_id
), subscriptions as (
    update {schema}.subscriptions s
    set balance = u.balance, event_sequence = u.event_sequence, updated_at = u.updated_at
    from unnest($52::uuid[], $53::uuid[], $54::bigint[], $55::integer[], $56::timestamptz[])
         as u (id, invoice_id, balance, event_sequence, updated_at)
    join claimed on claimed.id = u.invoice_id
    where s.tenant_id = $1 and s.id = u.id
), taken_lines as (
    update {schema}.pending_lines p
    set invoice_id = t.invoice_id
    from unnest($57::uuid[], $58::uuid[]) as t (id, invoice_id)
    join claimed on claimed.id = t.invoice_id
    where p.tenant_id = $1 and p.id = t.id
), carried_lines as (
    insert into {schema}.pending_lines (tenant_id, id, subscription_id, description, amount, currency, created_at)
    select $1, c.id, c.subscription_id, c.description, c.amount, c.currency, c.created_at
    from unnest($59::uuid[], $60::uuid[], $61::uuid[], $62::text[], $63::bigint[], $64::text[], $65::timestamptz[])
         as c (id, invoice_id, subscription_id, description, amount, currency, created_at)
    join claimed on claimed.id = c.invoice_id
)
select claimed.id as invoice_id, attempts.id as attempt_id
from claimed left join attempts on attempts.invoice_id = claimed.id
