select s.*
from (
    select s.*,
           coalesce((pm.exp_year, pm.exp_month) < (extract(year from s.current_period_end at time zone 'UTC'),
                                                  extract(month from s.current_period_end at time zone 'UTC')),
                    false) as has_card_expired,
           s.amount = 0 or coalesce(
               pm.status = 'active' and pm.barred_at is null and coalesce(pm.ceiling >= s.amount * s.quantity, true), false
           ) as can_be_charged,
           exists (
               select from {schema}.pending_lines l
               where l.tenant_id = $1 and l.subscription_id = s.id and l.invoice_id is null and l.lapsed_at is null
           ) as has_other_lines
    from {schema}.subscriptions s
    left join {schema}.payment_methods pm
        on pm.tenant_id = s.tenant_id and pm.id = s.payment_method_id and pm.detached_at is null
    where s.tenant_id = $1 and s.status in ('active', 'trialing') and s.test_clock_id is null
      and s.current_period_end > $2 and s.current_period_end <= $3
      and s.current_period_end - s.current_period_start > $3 - $2
      and not s.cancel_at_period_end
      and (s.max_cycles is null or s.cycles_completed < s.max_cycles)
      and not exists (
          select from {schema}.messages m
          where m.tenant_id = $1 and m.kind in ('renewal_reminder', 'trial_ending', 'card_expiring')
            and m.cause = s.id || '@' || floor(extract(epoch from s.current_period_end))::bigint
            and m.outcome is distinct from 'card_replaced')
) s
where (case when s.status = 'active' and s.amount = 0 then s.has_other_lines or s.scheduled_change is not null
            else $4 or s.status = 'trialing' or s.has_card_expired or not s.can_be_charged end)
order by s.current_period_end, s.id
limit $5
