alter table payment_methods
    alter column exp_month drop not null,
    alter column exp_year drop not null,
    add column rail text not null default 'card' check (rail in ('card', 'direct_debit')),
    add column status text not null default 'active' check (status in ('pending', 'active', 'rejected', 'revoked')),
    add column bank_code text,
    add column ceiling bigint check (ceiling > 0 and ceiling < 1000000000000),
    add column ceiling_currency char(3),
    add column activation jsonb,
    add column activated_at timestamptz,
    add column look_at timestamptz,
    add constraint payment_methods_of_their_rail check (
        case rail
            when 'card' then
                status = 'active' and num_nulls(exp_month, exp_year) = 0
                and num_nonnulls(bank_code, ceiling, ceiling_currency, activation, activated_at, look_at) = 0
            else
                num_nulls(bank_code, ceiling, ceiling_currency) = 0
                and (status <> 'active' or (token <> '' and activated_at is not null))
        end);
comment on column payment_methods.token is
    'What the provider charges it by; empty for a mandate that the provider has not said yet that it keeps.';
comment on column payment_methods.ceiling is 'The most that one debit of a mandate may be.';
comment on column payment_methods.activation is 'What the payer has to do so that a pending mandate becomes active.';
comment on column payment_methods.look_at is
    'When somebody asks the provider next how a mandate stands, or ends it there; null once nothing more is to be done.';
create index payment_methods_looked_at on payment_methods (tenant_id, look_at, id) where look_at is not null;
create index payment_methods_mandates on payment_methods (tenant_id, customer_id, id)
    where rail = 'direct_debit' and status = 'active' and detached_at is null;

create policy sweep on {schema}.payment_methods for select to duro_sweep using (true);
grant select (tenant_id, id, look_at) on {schema}.payment_methods to duro_sweep;

alter table dunning_schedules
    add column payment_method_id uuid,
    add foreign key (tenant_id, payment_method_id) references payment_methods (tenant_id, id);
comment on column dunning_schedules.payment_method_id is
    'The mandate that the case went on with when it left its subscription''s own payment method.';
