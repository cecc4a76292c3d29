create table plans (
    tenant_id uuid not null,
    id uuid not null,
    name text not null,
    amount bigint not null check (amount >= 0 and amount < 1000000000000),
    currency char(3) not null,
    interval text not null check (interval in ('hour', 'day', 'week', 'month', 'quarter', 'biannual', 'year')),
    interval_count integer not null check (interval_count between 1 and 1000),
    trial_days integer not null default 0 check (trial_days between 0 and 1000),
    max_cycles integer check (max_cycles >= 1),
    archived_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (tenant_id, id)
);

create table customers (
    tenant_id uuid not null,
    id uuid not null,
    ref text,
    email text not null,
    name text,
    phone text,
    metadata jsonb not null default '{}',
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (tenant_id, id),
    unique (tenant_id, ref)
);
create index customers_by_email on customers (tenant_id, email, id);

create table payment_methods (
    tenant_id uuid not null,
    id uuid not null,
    customer_id uuid not null,
    provider text not null,
    token text not null,
    brand text not null,
    last4 char(4) not null,
    exp_month smallint not null check (exp_month between 1 and 12),
    exp_year smallint not null,
    detached_at timestamptz,
    created_at timestamptz not null,
    primary key (tenant_id, id),
    unique (tenant_id, customer_id, id),
    foreign key (tenant_id, customer_id) references customers (tenant_id, id)
);

create table subscriptions (
    tenant_id uuid not null,
    id uuid not null,
    customer_id uuid not null,
    plan_id uuid not null,
    amount bigint not null check (amount >= 0 and amount < 1000000000000),
    currency char(3) not null,
    interval text not null check (interval in ('hour', 'day', 'week', 'month', 'quarter', 'biannual', 'year')),
    interval_count integer not null check (interval_count between 1 and 1000),
    max_cycles integer check (max_cycles >= 1),
    quantity integer not null default 1 check (quantity between 1 and 1000000),
    zone text not null,
    status text not null check (status in ('incomplete', 'trialing', 'active', 'past_due', 'paused', 'unpaid', 'canceled',
                                           'expired', 'incomplete_expired')),
    anchor timestamptz not null,
    current_period_start timestamptz not null,
    current_period_end timestamptz not null check (current_period_end >= current_period_start),
    trial_ends_at timestamptz,
    cycles_completed integer not null default 0 check (cycles_completed >= 0 and cycles_completed <= max_cycles),
    cancel_at_period_end boolean not null default false,
    balance bigint not null default 0 check (balance >= 0),
    payment_method_id uuid,
    metadata jsonb not null default '{}',
    access_ends_at timestamptz,
    canceled_at timestamptz,
    event_sequence integer not null default 0 check (event_sequence >= 0),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, customer_id) references customers (tenant_id, id),
    foreign key (tenant_id, plan_id) references plans (tenant_id, id),
    foreign key (tenant_id, customer_id, payment_method_id) references payment_methods (tenant_id, customer_id, id)
);
create index subscriptions_due on subscriptions (tenant_id, current_period_end, id) where status in ('active', 'trialing');
create index subscriptions_incomplete on subscriptions (tenant_id, created_at, id) where status = 'incomplete';
create index subscriptions_by_customer on subscriptions (tenant_id, customer_id, id);

create table invoices (
    tenant_id uuid not null,
    id uuid not null,
    subscription_id uuid not null,
    customer_id uuid not null,
    idempotency_key text not null,
    status text not null check (status in ('open', 'paid', 'uncollectible', 'void')),
    currency char(3) not null,
    subtotal bigint not null check (subtotal >= 0),
    discount bigint not null default 0 check (discount >= 0),
    credit_applied bigint not null default 0 check (credit_applied >= 0),
    total bigint not null check (total >= 0 and total = subtotal - discount - credit_applied),
    amount_paid bigint not null default 0 check (amount_paid between 0 and total),
    amount_refunded bigint not null default 0 check (amount_refunded between 0 and amount_paid),
    period_start timestamptz not null,
    period_end timestamptz not null check (period_end > period_start),
    paid_at timestamptz,
    rail text,
    created_at timestamptz not null,
    primary key (tenant_id, id),
    unique (tenant_id, idempotency_key),
    check ((status = 'paid') = (paid_at is not null)),
    check (status <> 'paid' or amount_paid = total),
    foreign key (tenant_id, subscription_id) references subscriptions (tenant_id, id),
    foreign key (tenant_id, customer_id) references customers (tenant_id, id)
);
create index invoices_by_subscription on invoices (tenant_id, subscription_id, id);

create table invoice_lines (
    tenant_id uuid not null,
    invoice_id uuid not null,
    position smallint not null,
    description text not null,
    quantity integer not null check (quantity >= 1),
    unit_amount bigint not null,
    amount bigint not null check (amount = quantity * unit_amount),
    primary key (tenant_id, invoice_id, position),
    foreign key (tenant_id, invoice_id) references invoices (tenant_id, id)
);

create table payment_attempts (
    tenant_id uuid not null,
    id uuid not null,
    invoice_id uuid not null,
    subscription_id uuid not null,
    payment_method_id uuid not null,
    provider text not null,
    rail text not null,
    status text not null check (status in ('pending', 'succeeded', 'failed', 'review')),
    amount bigint not null check (amount > 0),
    currency char(3) not null,
    reason text not null,
    failure_code text,
    failure_message text,
    advice_code text,
    claimed_until timestamptz not null,
    created_at timestamptz not null,
    settled_at timestamptz,
    primary key (tenant_id, id),
    check ((status = 'pending') = (settled_at is null)),
    foreign key (tenant_id, invoice_id) references invoices (tenant_id, id),
    foreign key (tenant_id, subscription_id) references subscriptions (tenant_id, id),
    foreign key (tenant_id, payment_method_id) references payment_methods (tenant_id, id)
);
create unique index payment_attempts_one_in_flight on payment_attempts (tenant_id, invoice_id)
    where status in ('pending', 'review', 'succeeded');
comment on index payment_attempts_one_in_flight is
    'One attempt of an invoice is in flight or unexplained at a time, and none follows a success: nothing is taken twice.';
create index payment_attempts_pending on payment_attempts (tenant_id, claimed_until, id) where status = 'pending';
create index payment_attempts_by_invoice on payment_attempts (tenant_id, invoice_id, id);
create index payment_attempts_by_subscription on payment_attempts (tenant_id, subscription_id)
    where status in ('pending', 'review');

create table refunds (
    tenant_id uuid not null,
    id uuid not null,
    attempt_id uuid not null,
    invoice_id uuid not null,
    status text not null check (status in ('pending', 'succeeded', 'failed', 'needs_attention')),
    amount bigint not null check (amount > 0),
    currency char(3) not null,
    reason text not null,
    claimed_until timestamptz not null,
    created_at timestamptz not null,
    settled_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, attempt_id) references payment_attempts (tenant_id, id),
    foreign key (tenant_id, invoice_id) references invoices (tenant_id, id)
);
create index refunds_pending on refunds (tenant_id, claimed_until, id) where status = 'pending';
create index refunds_by_invoice on refunds (tenant_id, invoice_id);
create index refunds_by_attempt on refunds (tenant_id, attempt_id);

create table dunning_schedules (
    tenant_id uuid not null,
    id uuid not null,
    invoice_id uuid not null,
    subscription_id uuid not null,
    state text not null check (state in ('scheduled', 'awaiting_customer', 'recovered', 'exhausted', 'cancelled')),
    category text,
    rail text not null,
    attempts_made integer not null default 0 check (attempts_made >= 0),
    next_attempt_at timestamptz,
    reason text not null,
    opened_at timestamptz not null,
    closed_at timestamptz,
    primary key (tenant_id, id),
    unique (tenant_id, invoice_id),
    foreign key (tenant_id, invoice_id) references invoices (tenant_id, id),
    foreign key (tenant_id, subscription_id) references subscriptions (tenant_id, id)
);

create table events (
    tenant_id uuid not null,
    id uuid not null,
    type text not null,
    subscription_id uuid not null,
    sequence integer not null check (sequence >= 1),
    data jsonb not null,
    created_at timestamptz not null,
    primary key (tenant_id, id),
    unique (tenant_id, subscription_id, sequence),
    foreign key (tenant_id, subscription_id) references subscriptions (tenant_id, id)
);

create table idempotency_records (
    tenant_id uuid not null,
    credential_class text not null,
    key text not null,
    request_digest bytea not null,
    status smallint,
    body bytea,
    locked_until timestamptz,
    created_at timestamptz not null,
    primary key (tenant_id, credential_class, key),
    check ((status is null) = (body is null))
);
create index idempotency_records_by_age on idempotency_records (tenant_id, created_at);

create table journals (
    tenant_id uuid not null,
    id uuid not null,
    cause_type text not null check (cause_type in ('invoice', 'payment', 'void', 'refund_claimed', 'refund_done',
                                                   'refund_failed')),
    cause_id uuid not null,
    currency char(3) not null,
    created_at timestamptz not null,
    primary key (tenant_id, id),
    unique (tenant_id, id, currency),
    unique (tenant_id, cause_type, cause_id)
);

create table ledger_entries (
    tenant_id uuid not null,
    journal_id uuid not null,
    position smallint not null,
    account text not null,
    amount bigint not null check (amount <> 0),
    currency char(3) not null,
    primary key (tenant_id, journal_id, position),
    foreign key (tenant_id, journal_id, currency) references journals (tenant_id, id, currency)
);
comment on column ledger_entries.amount is 'Minor units: debits are positive, credits negative; a journal sums to zero at commit.';
