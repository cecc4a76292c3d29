alter table subscriptions add column renews_from timestamptz;
comment on column subscriptions.renews_from is
    'While it catches up on periods that went by unpaid: it isn''t renewed before. Null for one that isn''t behind.';
drop index subscriptions_due;
create index subscriptions_due on subscriptions (tenant_id, current_period_end, id) include (renews_from)
    where status in ('active', 'trialing') and test_clock_id is null;
grant select (renews_from) on {schema}.subscriptions to duro_sweep;
