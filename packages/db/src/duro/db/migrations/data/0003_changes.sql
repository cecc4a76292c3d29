create table promo_codes (
    tenant_id uuid not null,
    id uuid not null,
    code text not null check (code = upper(code)),
    percent_off integer check (percent_off between 1 and 10000),
    amount_off bigint check (amount_off between 1 and 999999999999),
    currency char(3),
    duration text not null check (duration in ('once', 'repeating', 'forever')),
    duration_cycles integer check (duration_cycles >= 1),
    plan_ids uuid[],
    max_redemptions integer check (max_redemptions >= 1),
    redemptions integer not null default 0 check (redemptions >= 0 and redemptions <= max_redemptions),
    expires_at timestamptz,
    archived_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (tenant_id, id),
    check ((percent_off is null) <> (amount_off is null)),
    check ((amount_off is null) = (currency is null)),
    check ((duration = 'repeating') = (duration_cycles is not null))
);
create unique index promo_codes_by_code on promo_codes (tenant_id, code) where archived_at is null;
comment on column promo_codes.percent_off is 'Basis points: 2500 is a quarter of the price.';

alter table customers add column test_clock_id uuid;
create index customers_by_test_clock on customers (tenant_id, test_clock_id, id) where test_clock_id is not null;

alter table subscriptions
    add column billing_day smallint check (billing_day between 1 and 31),
    add column scheduled_change jsonb,
    add column promo_code_id uuid,
    add column promotion jsonb,
    add column test_clock_id uuid,
    add constraint subscriptions_promotion check ((promo_code_id is null) = (promotion is null)),
    add foreign key (tenant_id, promo_code_id) references promo_codes (tenant_id, id);
create index subscriptions_by_test_clock on subscriptions (tenant_id, test_clock_id, id) where test_clock_id is not null;
create index subscriptions_due_on_test_clock on subscriptions (tenant_id, test_clock_id, current_period_end, id)
    where status in ('active', 'trialing') and test_clock_id is not null;
create index subscriptions_incomplete_on_test_clock on subscriptions (tenant_id, test_clock_id, created_at, id)
    where status = 'incomplete' and test_clock_id is not null;
drop index subscriptions_due;
create index subscriptions_due on subscriptions (tenant_id, current_period_end, id)
    where status in ('active', 'trialing') and test_clock_id is null;
drop index subscriptions_incomplete;
create index subscriptions_incomplete on subscriptions (tenant_id, created_at, id)
    where status = 'incomplete' and test_clock_id is null;

drop index payment_attempts_pending;
create index payment_attempts_pending on payment_attempts (tenant_id, claimed_until, id) include (subscription_id)
    where status = 'pending';
drop index refunds_pending;
create index refunds_pending on refunds (tenant_id, claimed_until, id) include (attempt_id) where status = 'pending';

alter table invoices
    add column kind text not null default 'period' check (kind in ('period', 'proration', 'plan_change')),
    add column credit_granted bigint not null default 0 check (credit_granted >= 0),
    add column plan_change jsonb,
    add column promo_code_id uuid,
    add constraint invoices_plan_change check (kind <> 'plan_change' or plan_change is not null);
comment on column invoices.plan_change is 'The terms it was composed on; they are the subscription''s once it is paid.';

create table pending_lines (
    tenant_id uuid not null,
    id uuid not null,
    subscription_id uuid not null,
    description text not null,
    amount bigint not null check (amount <> 0),
    currency char(3) not null,
    invoice_id uuid,
    lapsed_at timestamptz,
    created_at timestamptz not null,
    primary key (tenant_id, id),
    check (invoice_id is null or lapsed_at is null),
    foreign key (tenant_id, subscription_id) references subscriptions (tenant_id, id),
    foreign key (tenant_id, invoice_id) references invoices (tenant_id, id)
);
create index pending_lines_waiting on pending_lines (tenant_id, subscription_id, id)
    where invoice_id is null and lapsed_at is null;
create index pending_lines_by_invoice on pending_lines (tenant_id, invoice_id) where invoice_id is not null;
comment on table pending_lines is
    'Amounts for the next invoice of a subscription: it takes them up, or they lapse when none will come.';

alter table journals drop constraint journals_cause_type_check;
alter table journals add constraint journals_cause_type_check check (
    cause_type in ('invoice', 'payment', 'void', 'uncollectible', 'uncollectible_recovered', 'credit_granted',
                   'credit_at_end', 'refund_claimed', 'refund_done', 'refund_failed'));

do $$
begin
    if '{schema}' = 'test' then
        create table {schema}.test_clocks (
            tenant_id uuid not null,
            id uuid not null,
            name text not null,
            now timestamptz not null,
            target timestamptz check (target >= now),
            runner uuid,
            running_until timestamptz,
            created_at timestamptz not null,
            updated_at timestamptz not null,
            primary key (tenant_id, id),
            check ((runner is null) = (running_until is null)),
            check (runner is null or target is not null)
        );
        comment on column {schema}.test_clocks.target is 'Where an advance under way is going; null while it stands still.';
        comment on column {schema}.test_clocks.running_until is
            'Real time: how long the call that works on the advance is left alone.';
        alter table {schema}.customers add foreign key (tenant_id, test_clock_id)
            references {schema}.test_clocks (tenant_id, id);
        alter table {schema}.subscriptions add foreign key (tenant_id, test_clock_id)
            references {schema}.test_clocks (tenant_id, id);
    else
        alter table {schema}.customers add check (test_clock_id is null);
        alter table {schema}.subscriptions add check (test_clock_id is null);
    end if;
end
$$;

do $$
declare
    one text;
begin
    foreach one in array array['promo_codes', 'pending_lines', 'test_clocks']
    loop
        if to_regclass('{schema}.' || one) is not null then
            execute format('alter table {schema}.%I enable row level security', one);
            execute format('alter table {schema}.%I force row level security', one);
            execute format(
                'create policy tenant on {schema}.%I to duro_owner, duro_{schema} '
                'using (tenant_id = nullif(current_setting(''duro.tenant_id'', true), '''')::uuid) '
                'with check (tenant_id = nullif(current_setting(''duro.tenant_id'', true), '''')::uuid)', one);
            execute format('grant select, insert, update on {schema}.%I to duro_{schema}', one);
        end if;
    end loop;
end
$$;
grant select (test_clock_id) on {schema}.subscriptions to duro_sweep;
grant select (attempt_id) on {schema}.refunds to duro_sweep;
