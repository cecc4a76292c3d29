create table review_decisions (
    tenant_id uuid not null,
    attempt_id uuid not null,
    is_taken boolean not null,
    amount bigint check (amount > 0),
    currency char(3),
    doubt_code text,
    doubt text,
    in_review_since timestamptz not null,
    decided_by text not null check (length(decided_by) between 1 and 200),
    note text not null check (length(note) between 1 and 2000),
    decided_at timestamptz not null,
    primary key (tenant_id, attempt_id),
    check (is_taken = (amount is not null)),
    check ((amount is null) = (currency is null)),
    foreign key (tenant_id, attempt_id) references payment_attempts (tenant_id, id)
);
comment on table review_decisions is
    'What a person decided about an attempt that was in review: whether money was taken, how much, who says so and why.';
comment on column review_decisions.doubt is 'Why it was in review, as the attempt said until then.';

alter table {schema}.review_decisions enable row level security;
alter table {schema}.review_decisions force row level security;
create policy tenant on {schema}.review_decisions to duro_owner, duro_{schema}
    using (tenant_id = nullif(current_setting('duro.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('duro.tenant_id', true), '')::uuid);
grant select, insert on {schema}.review_decisions to duro_{schema};
