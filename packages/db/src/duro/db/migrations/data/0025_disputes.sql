create table disputes (
    tenant_id uuid not null,
    id uuid not null,
    attempt_id uuid not null,
    provider text not null,
    provider_reference text not null,
    amount bigint not null check (amount > 0),
    currency char(3) not null,
    reason text,
    status text not null check (status in ('open', 'won', 'lost')),
    opened_at timestamptz not null,
    closed_at timestamptz,
    primary key (tenant_id, id),
    unique (tenant_id, provider, provider_reference),
    check ((status = 'open') = (closed_at is null)),
    foreign key (tenant_id, attempt_id) references payment_attempts (tenant_id, id)
);
create index disputes_by_attempt on disputes (tenant_id, attempt_id);
comment on table disputes is
    'A charge that its payer had their bank take back from the merchant: the provider tells of it, and how it ends.';
comment on column disputes.provider_reference is 'The provider''s own name of it; one charge may be disputed more than once.';
comment on column disputes.reason is 'As the provider says; null where all that it told is how the dispute ended.';

alter table {schema}.disputes enable row level security;
alter table {schema}.disputes force row level security;
create policy tenant on {schema}.disputes to duro_owner, duro_{schema}
    using (tenant_id = nullif(current_setting('duro.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('duro.tenant_id', true), '')::uuid);
grant select, insert, update on {schema}.disputes to duro_{schema};

alter table journals drop constraint journals_cause_type_check;
alter table journals add constraint journals_cause_type_check check (
    cause_type in ('invoice', 'payment', 'incoming_payment', 'part_returned', 'allocated', 'sent_back', 'void',
                   'uncollectible', 'uncollectible_recovered', 'carried', 'credit_granted', 'credit_at_end',
                   'refund_claimed', 'refund_done', 'refund_failed', 'dispute', 'dispute_won'));
