alter table payment_attempts add column fee bigint check (fee between 0 and amount);
comment on column payment_attempts.fee is
    'What the provider kept of it, as the provider says; null where nothing was taken or it doesn''t say.';
alter table incoming_payments add column fee bigint check (fee between 0 and amount);
comment on column incoming_payments.fee is
    'What the provider kept of it, as the provider says; null where it doesn''t say.';
