with attempts as (
    update {schema}.payment_attempts a
    set status = u.status, failure_code = u.failure_code, failure_message = u.failure_message,
        advice_code = u.advice_code, settled_at = u.settled_at, credited = u.credited, fee = u.fee,
        approval_url = null
    from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
                $8::bigint[], $97::bigint[])
         as u (id, status, failure_code, failure_message, advice_code, settled_at, credited, fee)
    where a.tenant_id = $1 and a.id = u.id and a.status = 'pending'
), barred_cards as (
    select o.id
    from {schema}.payment_methods o
    where o.tenant_id = $1 and o.barred_at is null and o.card_key in (
        select m.card_key from {schema}.payment_methods m where m.tenant_id = $1 and m.id = any($93::uuid[]))
    order by o.id
    for no key update
), barred as (
    update {schema}.payment_methods m set barred_at = $82::timestamptz
    from barred_cards where m.tenant_id = $1 and m.id = barred_cards.id
), judged as (
    insert into common.card_tries (card_key, mode, tried_at)
    select distinct m.card_key, '{schema}', a.created_at
    from {schema}.payment_attempts a
    join {schema}.payment_methods m on m.tenant_id = $1 and m.id = a.payment_method_id
    where a.tenant_id = $1 and a.id = any($98::uuid[])
    order by m.card_key, a.created_at
    on conflict do nothing
), released as (
    delete from common.card_tries t
    using {schema}.payment_attempts a
    join {schema}.payment_methods m on m.tenant_id = $1 and m.id = a.payment_method_id
    where a.tenant_id = $1 and a.id = any($99::uuid[])
      and t.card_key = m.card_key and t.mode = '{schema}' and t.tried_at = a.created_at
), invoices as (
    update {schema}.invoices i
    set status = u.status, amount_paid = u.amount_paid, paid_at = u.paid_at, rail = u.rail,
        marked_uncollectible_at = u.marked_uncollectible_at
    from unnest($9::uuid[], $10::text[], $11::bigint[], $12::timestamptz[], $13::text[], $14::timestamptz[])
         as u (id, status, amount_paid, paid_at, rail, marked_uncollectible_at)
    where i.tenant_id = $1 and i.id = u.id
), cases as (
    update {schema}.dunning_schedules c
    set state = case u.status when 'paid' then 'recovered' else 'cancelled' end, next_attempt_at = null, wake_at = null,
        closed_at = $82::timestamptz, recovered_rail = u.rail, recovered_by = won.id,
        attempts_made = c.attempts_made + (won.id is not null)::integer,
        recovered_action = case when won.id is not null then coalesce(nullif(won.initiator, 'schedule'), c.action) end,
        reason = coalesce(
            ended.reason || case when won.id is null then '.' else coalesce(
                ' on the ' || (array['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth',
                                     'ninth', 'tenth'])[c.attempts_made + 1] || ' try.',
                ' on try ' || c.attempts_made + 1 || '.') end,
            c.reason)
    from unnest($9::uuid[], $10::text[], $13::text[]) as u (invoice_id, status, rail)
    left join unnest($94::uuid[], $95::uuid[], $96::text[]) as ended (id, invoice_id, reason) using (invoice_id)
    left join {schema}.payment_attempts won
        on won.tenant_id = $1 and won.invoice_id = u.invoice_id and won.id = any($2::uuid[]) and u.status = 'paid'
    where c.tenant_id = $1 and c.invoice_id = u.invoice_id and u.status in ('paid', 'void')
      and c.state in ('scheduled', 'awaiting_customer', 'exhausted')
    returning c.id, c.invoice_id, c.state, c.action, c.recovered_rail as rail, c.reason, ended.id as event_id
), requests as (
    update {schema}.payment_requests r set look_at = $82::timestamptz
    from cases where r.tenant_id = $1 and r.invoice_id = cases.invoice_id and r.status = 'open'
), subscriptions as (
    update {schema}.subscriptions s
    set status = u.status, anchor = u.anchor, current_period_start = u.current_period_start,
        current_period_end = u.current_period_end, cycles_completed = u.cycles_completed, balance = u.balance,
        access_ends_at = u.access_ends_at, canceled_at = u.canceled_at, event_sequence = u.event_sequence,
        plan_id = u.plan_id, amount = u.amount, interval = u.interval, interval_count = u.interval_count,
        max_cycles = u.max_cycles, quantity = u.quantity, zone = u.zone, billing_day = u.billing_day,
        scheduled_change = u.scheduled_change, promotion = u.promotion, updated_at = u.updated_at,
        renews_from = u.renews_from
    from unnest($15::uuid[], $16::text[], $17::timestamptz[], $18::timestamptz[], $19::timestamptz[],
                $20::integer[], $21::bigint[], $22::timestamptz[], $23::timestamptz[], $24::integer[], $25::uuid[],
                $26::bigint[], $27::text[], $28::integer[], $29::integer[], $30::integer[], $31::text[],
                $32::smallint[], $33::jsonb[], $34::jsonb[], $35::timestamptz[], $92::timestamptz[])
         as u (id, status, anchor, current_period_start, current_period_end, cycles_completed, balance, access_ends_at,
               canceled_at, event_sequence, plan_id, amount, interval, interval_count, max_cycles, quantity, zone,
               billing_day, scheduled_change, promotion, updated_at, renews_from)
    where s.tenant_id = $1 and s.id = u.id
), lapsed_lines as (
    update {schema}.pending_lines p
    set lapsed_at = l.lapsed_at
    from unnest($36::uuid[], $37::timestamptz[]) as l (subscription_id, lapsed_at)
    where p.tenant_id = $1 and p.subscription_id = l.subscription_id and p.invoice_id is null and p.lapsed_at is null
), journals as (
    insert into {schema}.journals (tenant_id, id, cause_type, cause_id, currency, created_at)
    select $1, j.id, j.cause_type, j.cause_id, j.currency, j.created_at
    from unnest($38::uuid[], $39::text[], $40::uuid[], $41::text[], $42::timestamptz[])
         as j (id, cause_type, cause_id, currency, created_at)
), entries as (
    insert into {schema}.ledger_entries (tenant_id, journal_id, position, account, amount, currency)
    select $1, e.journal_id, e.position, e.account, e.amount, e.currency
    from unnest($43::uuid[], $44::smallint[], $45::text[], $46::bigint[], $47::text[])
         as e (journal_id, position, account, amount, currency)
), schedules as (
    insert into {schema}.dunning_schedules (
        tenant_id, id, invoice_id, subscription_id, state, category, rail, attempts_made, next_attempt_at, reason,
        opened_at, wake_at, amount, currency)
    select $1, d.id, d.invoice_id, d.subscription_id, d.state, d.category, d.rail, d.attempts_made, d.next_attempt_at,
           d.reason, d.opened_at, d.wake_at, d.amount, d.currency
    from unnest($48::uuid[], $49::uuid[], $50::uuid[], $51::text[], $52::text[], $53::text[], $54::integer[],
                $55::timestamptz[], $56::text[], $57::timestamptz[], $58::timestamptz[], $59::bigint[], $60::text[])
         as d (id, invoice_id, subscription_id, state, category, rail, attempts_made, next_attempt_at, reason, opened_at,
               wake_at, amount, currency)
    on conflict (tenant_id, invoice_id) do update
    set category = excluded.category, reason = excluded.reason, action = null, cause = null, next_attempt_at = null,
        attempts_made = dunning_schedules.attempts_made + excluded.attempts_made,
        wake_at = case when dunning_schedules.state in ('scheduled', 'awaiting_customer')
                        and dunning_schedules.paused_at is null then excluded.wake_at end
    returning id, rail, reason, opened_at
), steps as (
    insert into {schema}.dunning_events (tenant_id, id, schedule_id, kind, action, rail, reason, created_at)
    select $1, opened.id, opened.id, 'opened', null, opened.rail, opened.reason, opened.opened_at
    from schedules opened
    where opened.id = any($48::uuid[])
    union all
    select $1, closed.event_id, closed.id, closed.state, closed.action, closed.rail, closed.reason, $82::timestamptz
    from cases closed
    where closed.event_id is not null
), refunds as (
    insert into {schema}.refunds (
        tenant_id, id, attempt_id, invoice_id, status, amount, currency, reason, claimed_until, created_at)
    select $1, r.id, r.attempt_id, r.invoice_id, 'pending', r.amount, r.currency, r.reason, r.claimed_until, r.created_at
    from unnest($61::uuid[], $62::uuid[], $63::uuid[], $64::bigint[], $65::text[], $66::text[], $67::timestamptz[],
                $68::timestamptz[])
         as r (id, attempt_id, invoice_id, amount, currency, reason, claimed_until, created_at)
), messages as (
    insert into {schema}.messages (
        tenant_id, id, kind, cause, customer_id, subscription_id, invoice_id, data, created_at, status, send_at, outcome,
        settled_at)
    select $1, m.id, m.kind, m.cause, m.customer_id, m.subscription_id, m.invoice_id, m.data, m.created_at,
           case when c.test_clock_id is null then 'pending' else 'dropped' end,
           case when c.test_clock_id is null then m.send_at end,
           case when c.test_clock_id is not null then 'test_clock' end,
           case when c.test_clock_id is not null then m.created_at end
    from unnest($83::uuid[], $84::text[], $85::text[], $86::uuid[], $87::uuid[], $88::uuid[], $89::jsonb[],
                $90::timestamptz[], $91::timestamptz[])
         as m (id, kind, cause, customer_id, subscription_id, invoice_id, data, send_at, created_at)
    join {schema}.customers c on c.tenant_id = $1 and c.id = m.customer_id
    where m.kind <> 'payment_recovered'
       or m.invoice_id in (select cases.invoice_id from cases where cases.state = 'recovered')
    on conflict (tenant_id, kind, cause) do nothing
), grants as (
    insert into {schema}.credit_grants (
        tenant_id, id, subscription_id, invoice_id, amount, currency, reason, created_at)
    select $1, g.id, g.subscription_id, g.invoice_id, g.amount, g.currency, g.reason, g.created_at
    from unnest($69::uuid[], $70::uuid[], $71::uuid[], $72::bigint[], $73::text[], $74::text[], $75::timestamptz[])
         as g (id, subscription_id, invoice_id, amount, currency, reason, created_at)
)
insert into {schema}.events (tenant_id, id, type, subscription_id, sequence, data, created_at)
select $1, v.id, v.type, v.subscription_id, v.sequence, v.data, v.created_at
from unnest($76::uuid[], $77::text[], $78::uuid[], $79::integer[], $80::jsonb[], $81::timestamptz[])
     as v (id, type, subscription_id, sequence, data, created_at)
