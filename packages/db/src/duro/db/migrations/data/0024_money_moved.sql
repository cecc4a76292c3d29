alter table allocations drop constraint allocations_amount_check;
alter table allocations add constraint allocations_amount_check check (amount > 0 or amount < 0 and invoice_id is not null);
comment on table allocations is
    'What an incoming payment paid: part of an invoice, or credit of a subscription. A negative one takes a part off an invoice again.';

create table money_decisions (
    tenant_id uuid not null,
    incoming_payment_id uuid not null,
    is_sent_back boolean not null,
    decided_by text not null check (length(decided_by) between 1 and 200),
    note text not null check (length(note) between 1 and 2000),
    decided_at timestamptz not null,
    primary key (tenant_id, incoming_payment_id),
    foreign key (tenant_id, incoming_payment_id) references incoming_payments (tenant_id, id)
);
comment on table money_decisions is
    'What a person decided about money that waited for one: it was allocated, or sent back outside of Duro; who says so and why.';

alter table money_decisions enable row level security;
alter table money_decisions force row level security;
create policy tenant on money_decisions to duro_owner, duro_{schema}
    using (tenant_id = nullif(current_setting('duro.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('duro.tenant_id', true), '')::uuid);
grant select, insert on money_decisions to duro_{schema};

alter table journals drop constraint journals_cause_type_check;
alter table journals add constraint journals_cause_type_check check (
    cause_type in ('invoice', 'payment', 'incoming_payment', 'part_returned', 'allocated', 'sent_back', 'void',
                   'uncollectible', 'uncollectible_recovered', 'carried', 'credit_granted', 'credit_at_end',
                   'refund_claimed', 'refund_done', 'refund_failed'));
