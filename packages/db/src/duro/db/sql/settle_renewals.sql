with attempts as (
    update {schema}.payment_attempts a
    set status = u.status, failure_code = u.failure_code, failure_message = u.failure_message,
        advice_code = u.advice_code, settled_at = u.settled_at
    from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
         as u (id, status, failure_code, failure_message, advice_code, settled_at)
    where a.tenant_id = $1 and a.id = u.id and a.status = 'pending'
), invoices as (
    update {schema}.invoices i
    set status = u.status, amount_paid = u.amount_paid, paid_at = u.paid_at, rail = u.rail
    from unnest($8::uuid[], $9::text[], $10::bigint[], $11::timestamptz[], $12::text[])
         as u (id, status, amount_paid, paid_at, rail)
    where i.tenant_id = $1 and i.id = u.id
), subscriptions as (
    update {schema}.subscriptions s
    set status = u.status, current_period_start = u.current_period_start, current_period_end = u.current_period_end,
        cycles_completed = u.cycles_completed, balance = u.balance, access_ends_at = u.access_ends_at,
        canceled_at = u.canceled_at, event_sequence = u.event_sequence, updated_at = u.updated_at
    from unnest($13::uuid[], $14::text[], $15::timestamptz[], $16::timestamptz[], $17::integer[], $18::bigint[],
                $19::timestamptz[], $20::timestamptz[], $21::integer[], $22::timestamptz[])
         as u (id, status, current_period_start, current_period_end, cycles_completed, balance, access_ends_at,
               canceled_at, event_sequence, updated_at)
    where s.tenant_id = $1 and s.id = u.id
), journals as (
    insert into {schema}.journals (tenant_id, id, cause_type, cause_id, currency, created_at)
    select $1, j.id, j.cause_type, j.cause_id, j.currency, j.created_at
    from unnest($23::uuid[], $24::text[], $25::uuid[], $26::text[], $27::timestamptz[])
         as j (id, cause_type, cause_id, currency, created_at)
), entries as (
    insert into {schema}.ledger_entries (tenant_id, journal_id, position, account, amount, currency)
    select $1, e.journal_id, e.position, e.account, e.amount, e.currency
    from unnest($28::uuid[], $29::smallint[], $30::text[], $31::bigint[], $32::text[])
         as e (journal_id, position, account, amount, currency)
), schedules as (
    insert into {schema}.dunning_schedules (
        tenant_id, id, invoice_id, subscription_id, state, category, rail, attempts_made, next_attempt_at, reason,
        opened_at)
    select $1, d.id, d.invoice_id, d.subscription_id, d.state, d.category, d.rail, d.attempts_made, d.next_attempt_at,
           d.reason, d.opened_at
    from unnest($33::uuid[], $34::uuid[], $35::uuid[], $36::text[], $37::text[], $38::text[], $39::integer[],
                $40::timestamptz[], $41::text[], $42::timestamptz[])
         as d (id, invoice_id, subscription_id, state, category, rail, attempts_made, next_attempt_at, reason, opened_at)
), refunds as (
    insert into {schema}.refunds (
        tenant_id, id, attempt_id, invoice_id, status, amount, currency, reason, claimed_until, created_at)
    select $1, r.id, r.attempt_id, r.invoice_id, 'pending', r.amount, r.currency, r.reason, r.claimed_until, r.created_at
    from unnest($43::uuid[], $44::uuid[], $45::uuid[], $46::bigint[], $47::text[], $48::text[], $49::timestamptz[],
                $50::timestamptz[])
         as r (id, attempt_id, invoice_id, amount, currency, reason, claimed_until, created_at)
)
insert into {schema}.events (tenant_id, id, type, subscription_id, sequence, data, created_at)
select $1, v.id, v.type, v.subscription_id, v.sequence, v.data, v.created_at
from unnest($51::uuid[], $52::text[], $53::uuid[], $54::integer[], $55::jsonb[], $56::timestamptz[])
     as v (id, type, subscription_id, sequence, data, created_at)
