alter table pending_lines
    add column carried_from uuid check (carried_from is null or amount > 0),
    add foreign key (tenant_id, carried_from) references invoices (tenant_id, id);
create unique index pending_lines_carried on pending_lines (tenant_id, carried_from) where carried_from is not null;
comment on column pending_lines.carried_from is
    'The invoice that asked for it until other money had paid all but so little that no provider would charge it.';

alter table journals drop constraint journals_cause_type_check;
alter table journals add constraint journals_cause_type_check check (
    cause_type in ('invoice', 'payment', 'incoming_payment', 'void', 'uncollectible', 'uncollectible_recovered', 'carried',
                   'credit_granted', 'credit_at_end', 'refund_claimed', 'refund_done', 'refund_failed'));
