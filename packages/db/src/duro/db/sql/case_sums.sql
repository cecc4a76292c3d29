count(*) as cases, sum(d.amount)::bigint as at_risk,
       count(*) filter (where d.state = 'recovered') as recovered_cases, sum(outcome.won)::bigint as recovered,
       count(*) filter (where d.state in ('scheduled', 'awaiting_customer')) as open_cases,
       coalesce(sum(d.amount - outcome.won) filter (
           where d.state in ('scheduled', 'awaiting_customer')), 0)::bigint as open,
       count(*) filter (where d.state = 'exhausted') as lost_cases,
       coalesce(sum(d.amount - outcome.won) filter (where d.state = 'exhausted'), 0)::bigint as lost,
       count(*) filter (where d.state = 'cancelled') as cancelled_cases,
       coalesce(sum(d.amount - outcome.won) filter (where d.state = 'cancelled'), 0)::bigint as cancelled,
       coalesce(sum(kept.fees), 0)::bigint as fees, count(*) filter (where kept.unknown > 0) as fees_unknown
