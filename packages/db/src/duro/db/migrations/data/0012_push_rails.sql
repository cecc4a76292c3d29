alter table payment_requests rename column claimed_until to look_at;
alter table payment_requests alter column look_at drop not null;
comment on column payment_requests.look_at is
    'When somebody looks at it next, or until when its holder may take; null once nothing more is expected.';
drop index payment_requests_opening;
create index payment_requests_looked_at on payment_requests (tenant_id, look_at, id) where look_at is not null;
create index incoming_payments_by_subscription on incoming_payments (tenant_id, subscription_id, id);
create index payment_requests_by_invoice on payment_requests (tenant_id, invoice_id);

alter table payment_attempts
    add column credited bigint not null default 0 check (credited between 0 and amount);
comment on column payment_attempts.credited is
    'What of it found nothing left to pay, since money came by another way meanwhile: it is in the balance.';

alter table dunning_events drop constraint dunning_events_kind_check;
alter table dunning_events add constraint dunning_events_kind_check check (
    kind in ('opened', 'decided', 'tried', 'asked', 'received', 'recovered', 'exhausted', 'cancelled', 'paused',
             'resumed'));
