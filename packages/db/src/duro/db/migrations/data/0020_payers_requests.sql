alter table payment_requests
    add column initiator text not null default 'schedule' check (initiator in ('schedule', 'merchant', 'payer'));
comment on column payment_requests.initiator is
    'Who wanted it: the plan of a recovery case, or the payer, on their own page; what a payer asks for is no step of the plan.';
