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
), cases as (
    update {schema}.dunning_schedules c
    set state = case u.status when 'paid' then 'recovered' else 'cancelled' end, next_attempt_at = null,
        closed_at = $70::timestamptz
    from unnest($8::uuid[], $9::text[]) as u (invoice_id, status)
    where c.tenant_id = $1 and c.invoice_id = u.invoice_id and u.status in ('paid', 'void')
      and c.state in ('scheduled', 'awaiting_customer', 'exhausted')
), subscriptions as (
    update {schema}.subscriptions s
    set status = u.status, anchor = u.anchor, current_period_start = u.current_period_start,
        current_period_end = u.current_period_end, cycles_completed = u.cycles_completed, balance = u.balance,
        access_ends_at = u.access_ends_at, canceled_at = u.canceled_at, event_sequence = u.event_sequence,
        plan_id = u.plan_id, amount = u.amount, interval = u.interval, interval_count = u.interval_count,
        max_cycles = u.max_cycles, quantity = u.quantity, zone = u.zone, billing_day = u.billing_day,
        scheduled_change = u.scheduled_change, promotion = u.promotion, updated_at = u.updated_at
    from unnest($13::uuid[], $14::text[], $15::timestamptz[], $16::timestamptz[], $17::timestamptz[],
                $18::integer[], $19::bigint[], $20::timestamptz[], $21::timestamptz[], $22::integer[], $23::uuid[],
                $24::bigint[], $25::text[], $26::integer[], $27::integer[], $28::integer[], $29::text[],
                $30::smallint[], $31::jsonb[], $32::jsonb[], $33::timestamptz[])
         as u (id, status, anchor, current_period_start, current_period_end, cycles_completed, balance, access_ends_at,
               canceled_at, event_sequence, plan_id, amount, interval, interval_count, max_cycles, quantity, zone,
               billing_day, scheduled_change, promotion, updated_at)
    where s.tenant_id = $1 and s.id = u.id
), lapsed_lines as (
    update {schema}.pending_lines p
    set lapsed_at = l.lapsed_at
    from unnest($34::uuid[], $35::timestamptz[]) as l (subscription_id, lapsed_at)
    where p.tenant_id = $1 and p.subscription_id = l.subscription_id and p.invoice_id is null and p.lapsed_at is null
), journals as (
    insert into {schema}.journals (tenant_id, id, cause_type, cause_id, currency, created_at)
    select $1, j.id, j.cause_type, j.cause_id, j.currency, j.created_at
    from unnest($36::uuid[], $37::text[], $38::uuid[], $39::text[], $40::timestamptz[])
         as j (id, cause_type, cause_id, currency, created_at)
), entries as (
    insert into {schema}.ledger_entries (tenant_id, journal_id, position, account, amount, currency)
    select $1, e.journal_id, e.position, e.account, e.amount, e.currency
    from unnest($41::uuid[], $42::smallint[], $43::text[], $44::bigint[], $45::text[])
         as e (journal_id, position, account, amount, currency)
), schedules as (
    insert into {schema}.dunning_schedules (
        tenant_id, id, invoice_id, subscription_id, state, category, rail, attempts_made, next_attempt_at, reason,
        opened_at)
    select $1, d.id, d.invoice_id, d.subscription_id, d.state, d.category, d.rail, d.attempts_made, d.next_attempt_at,
           d.reason, d.opened_at
    from unnest($46::uuid[], $47::uuid[], $48::uuid[], $49::text[], $50::text[], $51::text[], $52::integer[],
                $53::timestamptz[], $54::text[], $55::timestamptz[])
         as d (id, invoice_id, subscription_id, state, category, rail, attempts_made, next_attempt_at, reason, opened_at)
    on conflict (tenant_id, invoice_id) do update
    set category = excluded.category, reason = excluded.reason,
        attempts_made = dunning_schedules.attempts_made + excluded.attempts_made
), refunds as (
    insert into {schema}.refunds (
        tenant_id, id, attempt_id, invoice_id, status, amount, currency, reason, claimed_until, created_at)
    select $1, r.id, r.attempt_id, r.invoice_id, 'pending', r.amount, r.currency, r.reason, r.claimed_until, r.created_at
    from unnest($56::uuid[], $57::uuid[], $58::uuid[], $59::bigint[], $60::text[], $61::text[], $62::timestamptz[],
                $63::timestamptz[])
         as r (id, attempt_id, invoice_id, amount, currency, reason, claimed_until, created_at)
), grants as (
    insert into {schema}.credit_grants (
        tenant_id, id, subscription_id, invoice_id, amount, currency, reason, created_at)
    select $1, g.id, g.subscription_id, g.invoice_id, g.amount, g.currency, g.reason, g.created_at
    from unnest($71::uuid[], $72::uuid[], $73::uuid[], $74::bigint[], $75::text[], $76::text[], $77::timestamptz[])
         as g (id, subscription_id, invoice_id, amount, currency, reason, created_at)
)
insert into {schema}.events (tenant_id, id, type, subscription_id, sequence, data, created_at)
select $1, v.id, v.type, v.subscription_id, v.sequence, v.data, v.created_at
from unnest($64::uuid[], $65::text[], $66::uuid[], $67::integer[], $68::jsonb[], $69::timestamptz[])
     as v (id, type, subscription_id, sequence, data, created_at)
