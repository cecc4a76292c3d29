alter table invoices
    add column marked_uncollectible_at timestamptz,
    add constraint invoices_marked_uncollectible check (status <> 'uncollectible' or marked_uncollectible_at is not null);

alter table refunds
    add column failure_code text,
    add column failure_message text,
    add constraint refunds_settled check ((status = 'pending') = (settled_at is null));
create index refunds_needing_attention on refunds (tenant_id, id) where status = 'needs_attention';

create table credit_grants (
    tenant_id uuid not null,
    id uuid not null,
    subscription_id uuid not null,
    invoice_id uuid,
    amount bigint not null check (amount <> 0),
    currency char(3) not null,
    reason text not null,
    created_at timestamptz not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, subscription_id) references subscriptions (tenant_id, id),
    foreign key (tenant_id, invoice_id) references invoices (tenant_id, id)
);
create index credit_grants_by_subscription on credit_grants (tenant_id, subscription_id, id);
create unique index credit_grants_by_invoice on credit_grants (tenant_id, invoice_id) where invoice_id is not null;
comment on table credit_grants is
    'Credit that a balance got, or lost, by somebody''s decision; with an invoice, what it had used of the balance.';

alter table credit_grants enable row level security;
alter table credit_grants force row level security;
create policy tenant on credit_grants to duro_owner, duro_{schema}
    using (tenant_id = nullif(current_setting('duro.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('duro.tenant_id', true), '')::uuid);
grant select, insert on credit_grants to duro_{schema};
