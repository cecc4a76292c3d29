alter table payment_methods add column barred_at timestamptz;
comment on column payment_methods.barred_at is
    'When its bank or network said that it may never be charged again, or its payer stopped the charges.';
