with advanced as (
    select s.id, s.current_period_start, s.current_period_end, i.period_start, i.period_end,
           lag(i.period_end) over subscription as previous_end,
           lead(i.period_start) over subscription is null as is_last
    from {schema}.subscriptions s
    join {schema}.invoices i on i.tenant_id = s.tenant_id and i.subscription_id = s.id
    where s.tenant_id = $1 and i.status = 'paid' and i.period_end <= s.current_period_end
    window subscription as (partition by s.id order by i.period_start, i.period_end)
)
select id as subject,
       case when period_start > previous_end then format('has a gap from %s to %s', previous_end, period_start)
            when period_start < previous_end then format('was billed twice from %s to %s', period_start, previous_end)
            else format('stands in [%s, %s) but last paid for [%s, %s)', current_period_start, current_period_end,
                        period_start, period_end) end as detail
from advanced
where period_start <> previous_end
    or (is_last and (period_start <> current_period_start or period_end <> current_period_end))
order by id, period_start
limit $2
