with leaps as (
    select e.subscription_id, (e.data ->> 'currentPeriodStart')::timestamptz as lands_at
    from {schema}.events e
    where e.tenant_id = $1 and e.data ->> 'currentPeriodStart' = e.data ->> 'currentPeriodEnd'
        and (e.type = 'subscription_resumed' or (e.type = 'subscription_updated' and e.data ? 'skippedPeriods'))
), moved as (
    select s.id, s.current_period_start, s.current_period_end, i.kind, i.period_start, i.period_end,
           lag(i.period_start) over subscription as previous_start,
           lag(i.period_end) over subscription as previous_end,
           lead(i.period_start) over subscription is null as is_last
    from {schema}.subscriptions s
    join {schema}.invoices i on i.tenant_id = s.tenant_id and i.subscription_id = s.id
    where s.tenant_id = $1 and (
        (i.kind = 'period' and i.status = 'void' and i.period_start < s.current_period_end)
        or (i.kind in ('period', 'plan_change') and i.status = 'paid' and not exists (
            select from {schema}.refunds r
            where r.tenant_id = i.tenant_id and r.invoice_id = i.id and r.reason = 'canceled_in_flight')))
    window subscription as (partition by s.id order by i.period_start, i.id)
), gone_wrong as (
    select id, period_start,
           case when period_start > previous_end and not exists (
                         select from leaps where leaps.subscription_id = moved.id and leaps.lands_at = period_start)
                    then format('has a gap from %s to %s', previous_end, period_start)
                when period_start < previous_end and (kind <> 'plan_change' or period_start < previous_start)
                    then format('was billed twice from %s to %s', period_start, previous_end)
                when is_last and (period_start <> current_period_start or period_end <> current_period_end)
                        and not (current_period_start = current_period_end and current_period_start >= period_end
                                 and exists (
                                     select from leaps
                                     where leaps.subscription_id = moved.id
                                         and leaps.lands_at = current_period_start))
                    then format('stands in [%s, %s) but last went on to [%s, %s)', current_period_start,
                                current_period_end, period_start, period_end) end as detail
    from moved
)
select id as subject, detail
from gone_wrong
where detail is not null
order by id, period_start
limit $2
