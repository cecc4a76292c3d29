with periods (interval, a_year, of_weeks) as (
    values ('hour', 8760, 1), ('day', 365, 1), ('week', 365, 7), ('month', 12, 1), ('quarter', 4, 1), ('biannual', 2, 1),
           ('year', 1, 1)
), running as (
    select s.currency, count(*) as subscriptions, sum(div(
               2 * s.amount::numeric * s.quantity * p.a_year + 12 * p.of_weeks * s.interval_count,
               2 * 12 * p.of_weeks * s.interval_count)) as recurring
    from {schema}.subscriptions s join periods p on p.interval = s.interval
    where s.tenant_id = $1 and s.status in ('active', 'past_due')
    group by s.currency
), failed as (
    select distinct d.subscription_id, d.currency
    from {schema}.dunning_schedules d
    join {schema}.invoices i on i.tenant_id = d.tenant_id and i.id = d.invoice_id
    where d.tenant_id = $1 and d.state = 'exhausted' and i.kind = 'period' and d.closed_at >= $2 and d.closed_at < $3
), chosen as (
    select s.id as subscription_id, s.currency from {schema}.subscriptions s
    where s.tenant_id = $1 and s.status = 'canceled' and s.canceled_at >= $2 and s.canceled_at < $3
      and not exists (
          select from {schema}.dunning_schedules d
          join {schema}.invoices i on i.tenant_id = d.tenant_id and i.id = d.invoice_id
          where d.tenant_id = $1 and d.subscription_id = s.id and d.state = 'exhausted' and i.kind = 'period')
), churned as (
    select currency, count(*) filter (where is_failed) as failed, count(*) filter (where not is_failed) as chosen
    from (select currency, true as is_failed from failed union all select currency, false from chosen) as ended
    group by currency
), cases as (
    select d.currency, {case_sums}
    from {schema}.dunning_schedules d
    {case_outcome}
    where d.tenant_id = $1 and d.opened_at >= $2 and d.opened_at < $3
    group by d.currency
)
select currency, coalesce(r.subscriptions, 0) as subscriptions, coalesce(r.recurring, 0)::bigint as recurring,
       coalesce(c.chosen, 0) as chosen, coalesce(c.failed, 0) as failed, coalesce(d.cases, 0) as cases,
       coalesce(d.at_risk, 0)::bigint as at_risk, coalesce(d.recovered_cases, 0) as recovered_cases,
       coalesce(d.recovered, 0)::bigint as recovered, coalesce(d.open_cases, 0) as open_cases,
       coalesce(d.open, 0)::bigint as open, coalesce(d.lost_cases, 0) as lost_cases,
       coalesce(d.lost, 0)::bigint as lost, coalesce(d.cancelled_cases, 0) as cancelled_cases,
       coalesce(d.cancelled, 0)::bigint as cancelled, coalesce(d.fees, 0)::bigint as fees,
       coalesce(d.fees_unknown, 0) as fees_unknown
from running r
full join churned c using (currency)
full join cases d using (currency)
order by currency
