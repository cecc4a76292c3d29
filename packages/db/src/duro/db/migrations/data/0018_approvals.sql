alter table payment_attempts
    add column approval_url text check (length(approval_url) between 1 and 2000),
    add constraint payment_attempts_approval_while_pending check (approval_url is null or status = 'pending');
comment on column payment_attempts.approval_url is
    'Where the payer approves it with their bank, while their provider holds it for that: theirs alone.';
