drop index subscriptions_due;
create index subscriptions_due on subscriptions (tenant_id, current_period_end, id) include (renews_from, status)
    where (status in ('active', 'trialing') or (status = 'paused' and cancel_at_period_end)) and test_clock_id is null;
drop index subscriptions_due_on_test_clock;
create index subscriptions_due_on_test_clock on subscriptions (tenant_id, test_clock_id, current_period_end, id)
    where (status in ('active', 'trialing') or (status = 'paused' and cancel_at_period_end))
        and test_clock_id is not null;
grant select (cancel_at_period_end) on {schema}.subscriptions to duro_sweep;
