alter table payment_methods add column fingerprint text;
comment on column payment_methods.fingerprint is
    'What the provider says is the same card wherever it is saved; null where it doesn''t say.';

alter table payment_attempts
    add column initiator text not null default 'schedule' check (initiator in ('schedule', 'merchant', 'payer'));
create index payment_attempts_declined on payment_attempts (tenant_id, payment_method_id, created_at)
    where status = 'failed';

alter table dunning_schedules
    add column amount bigint not null default 0 check (amount >= 0),
    add column currency char(3) not null default 'XXX',
    add column deadline_at timestamptz,
    add column action text check (action in ('retry', 'retry_payday', 'switch_rail', 'request_card_update',
                                             'request_authentication', 'await_customer', 'exhaust')),
    add column cause text,
    add column wake_at timestamptz,
    add column paused_at timestamptz,
    add column recovered_by uuid,
    add column recovered_rail text,
    add column recovered_action text,
    add constraint dunning_schedules_rest check (
        wake_at is null or (paused_at is null and state in ('scheduled', 'awaiting_customer')));
alter table dunning_schedules alter column currency drop default;
comment on column dunning_schedules.amount is 'Money at risk: what remained of the invoice when the case was opened.';
comment on column dunning_schedules.action is 'What was decided last; null after a failure that nobody decided about yet.';
comment on column dunning_schedules.wake_at is 'When somebody has to look at it: to decide, to try, or to end it.';
create index dunning_schedules_awake on dunning_schedules (tenant_id, wake_at, id) include (subscription_id)
    where wake_at is not null;
create index dunning_schedules_open on dunning_schedules (tenant_id, subscription_id)
    where state in ('scheduled', 'awaiting_customer');
update dunning_schedules set wake_at = opened_at where state in ('scheduled', 'awaiting_customer');

create table dunning_events (
    tenant_id uuid not null,
    id uuid not null,
    schedule_id uuid not null,
    kind text not null check (kind in ('opened', 'decided', 'tried', 'asked', 'recovered', 'exhausted', 'cancelled',
                                       'paused', 'resumed')),
    action text,
    cause text,
    rail text,
    next_attempt_at timestamptz,
    reason text not null,
    created_at timestamptz not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, schedule_id) references dunning_schedules (tenant_id, id)
);
create index dunning_events_by_schedule on dunning_events (tenant_id, schedule_id, id);

create table recovery_settings (
    tenant_id uuid not null,
    auto_recovery boolean not null,
    max_tries integer not null check (max_tries between 1 and 10),
    deadline_days integer not null check (deadline_days between 1 and 60),
    escalation text not null check (escalation in ('unpaid', 'cancel')),
    missed_periods text check (missed_periods in ('bill', 'skip')),
    payday_aware text not null check (payday_aware in ('off', 'calendar', 'hedged', 'learned')),
    rails text[] not null,
    renewal_reminders boolean not null,
    renewal_reminder_days integer not null check (renewal_reminder_days between 1 and 30),
    quiet_from time not null,
    quiet_until time not null,
    updated_at timestamptz not null,
    primary key (tenant_id)
);

create table payday_profiles (
    tenant_id uuid not null,
    customer_id uuid not null,
    profile bytea not null,
    updated_at timestamptz not null,
    primary key (tenant_id, customer_id),
    foreign key (tenant_id, customer_id) references customers (tenant_id, id)
);

create table messages (
    tenant_id uuid not null,
    id uuid not null,
    kind text not null,
    cause text not null,
    customer_id uuid not null,
    subscription_id uuid,
    invoice_id uuid,
    status text not null check (status in ('pending', 'sent', 'refused', 'dropped')),
    channel text check (channel in ('email', 'whatsapp')),
    data jsonb not null,
    send_at timestamptz,
    tries integer not null default 0 check (tries >= 0),
    outcome text,
    created_at timestamptz not null,
    settled_at timestamptz,
    primary key (tenant_id, id),
    unique (tenant_id, kind, cause),
    check ((status = 'pending') = (send_at is not null)),
    foreign key (tenant_id, customer_id) references customers (tenant_id, id),
    foreign key (tenant_id, subscription_id) references subscriptions (tenant_id, id),
    foreign key (tenant_id, invoice_id) references invoices (tenant_id, id)
);
comment on table messages is 'What payers are told: written with what caused it, one per kind and cause, sent by a job.';
create index messages_pending on messages (tenant_id, send_at, id) where status = 'pending';
create index messages_by_customer on messages (tenant_id, customer_id, id);

create table payment_requests (
    tenant_id uuid not null,
    id uuid not null,
    invoice_id uuid not null,
    subscription_id uuid not null,
    provider text not null,
    rail text not null check (rail in ('ussd', 'transfer', 'virtual_account')),
    status text not null check (status in ('opening', 'open', 'paid', 'closed', 'refused')),
    amount bigint not null check (amount > 0),
    currency char(3) not null,
    instructions jsonb,
    claimed_until timestamptz not null,
    expires_at timestamptz,
    created_at timestamptz not null,
    settled_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, invoice_id) references invoices (tenant_id, id),
    foreign key (tenant_id, subscription_id) references subscriptions (tenant_id, id)
);
create unique index payment_requests_one_per_rail on payment_requests (tenant_id, invoice_id, rail)
    where status in ('opening', 'open');
create index payment_requests_opening on payment_requests (tenant_id, claimed_until, id) where status = 'opening';

create table incoming_payments (
    tenant_id uuid not null,
    id uuid not null,
    provider text not null,
    reference text not null,
    rail text not null,
    amount bigint not null check (amount > 0),
    currency char(3) not null,
    payment_request_id uuid,
    attempt_id uuid,
    subscription_id uuid,
    received_at timestamptz not null,
    created_at timestamptz not null,
    primary key (tenant_id, id),
    unique (tenant_id, provider, reference),
    foreign key (tenant_id, payment_request_id) references payment_requests (tenant_id, id),
    foreign key (tenant_id, attempt_id) references payment_attempts (tenant_id, id),
    foreign key (tenant_id, subscription_id) references subscriptions (tenant_id, id)
);
comment on table incoming_payments is 'Money that came without a charge of ours; what no allocation takes is credit or waits.';

create table allocations (
    tenant_id uuid not null,
    id uuid not null,
    incoming_payment_id uuid not null,
    invoice_id uuid,
    subscription_id uuid,
    amount bigint not null check (amount > 0),
    currency char(3) not null,
    created_at timestamptz not null,
    primary key (tenant_id, id),
    check ((invoice_id is null) <> (subscription_id is null)),
    foreign key (tenant_id, incoming_payment_id) references incoming_payments (tenant_id, id),
    foreign key (tenant_id, invoice_id) references invoices (tenant_id, id),
    foreign key (tenant_id, subscription_id) references subscriptions (tenant_id, id)
);
comment on table allocations is 'What an incoming payment paid: part of an invoice, or credit of a subscription.';
create index allocations_by_payment on allocations (tenant_id, incoming_payment_id);
create index allocations_by_invoice on allocations (tenant_id, invoice_id) where invoice_id is not null;

alter table journals drop constraint journals_cause_type_check;
alter table journals add constraint journals_cause_type_check check (
    cause_type in ('invoice', 'payment', 'incoming_payment', 'void', 'uncollectible', 'uncollectible_recovered',
                   'credit_granted', 'credit_at_end', 'refund_claimed', 'refund_done', 'refund_failed'));

do $$
declare
    one text;
begin
    foreach one in array array['dunning_events', 'recovery_settings', 'payday_profiles', 'messages', 'payment_requests',
                               'incoming_payments', 'allocations']
    loop
        execute format('alter table {schema}.%I enable row level security', one);
        execute format('alter table {schema}.%I force row level security', one);
        execute format(
            'create policy tenant on {schema}.%I to duro_owner, duro_{schema} '
            'using (tenant_id = nullif(current_setting(''duro.tenant_id'', true), '''')::uuid) '
            'with check (tenant_id = nullif(current_setting(''duro.tenant_id'', true), '''')::uuid)', one);
        execute format('grant select, insert on {schema}.%I to duro_{schema}', one);
    end loop;
end
$$;
grant update on
    {schema}.recovery_settings, {schema}.payday_profiles, {schema}.messages, {schema}.payment_requests
    to duro_{schema};
create policy sweep on {schema}.dunning_schedules for select to duro_sweep using (true);
create policy sweep on {schema}.messages for select to duro_sweep using (true);
create policy sweep on {schema}.payment_requests for select to duro_sweep using (true);
grant select (tenant_id, id, subscription_id, wake_at) on {schema}.dunning_schedules to duro_sweep;
grant select (tenant_id, id, subscription_id, status, send_at) on {schema}.messages to duro_sweep;
grant select (tenant_id, id, subscription_id, status, claimed_until) on {schema}.payment_requests to duro_sweep;
