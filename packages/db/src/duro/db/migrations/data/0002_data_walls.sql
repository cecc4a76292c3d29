do $$
declare
    one text;
begin
    foreach one in array array[
        'plans', 'customers', 'payment_methods', 'subscriptions', 'invoices', 'invoice_lines', 'payment_attempts',
        'refunds', 'dunning_schedules', 'events', 'idempotency_records', 'journals', 'ledger_entries']
    loop
        execute format('alter table {schema}.%I enable row level security', one);
        execute format('alter table {schema}.%I force row level security', one);
        execute format(
            'create policy tenant on {schema}.%I to duro_owner, duro_{schema} '
            'using (tenant_id = nullif(current_setting(''duro.tenant_id'', true), '''')::uuid) '
            'with check (tenant_id = nullif(current_setting(''duro.tenant_id'', true), '''')::uuid)', one);
    end loop;
end
$$;

create policy sweep on {schema}.subscriptions for select to duro_sweep using (true);
create policy sweep on {schema}.payment_attempts for select to duro_sweep using (true);
create policy sweep on {schema}.refunds for select to duro_sweep using (true);

grant usage on schema {schema} to duro_{schema}, duro_sweep;
grant select, insert, update on
    {schema}.plans, {schema}.customers, {schema}.payment_methods, {schema}.subscriptions, {schema}.invoices,
    {schema}.payment_attempts, {schema}.refunds, {schema}.dunning_schedules
    to duro_{schema};
grant select, insert on
    {schema}.invoice_lines, {schema}.events, {schema}.journals, {schema}.ledger_entries
    to duro_{schema};
grant select, insert, update, delete on {schema}.idempotency_records to duro_{schema};

grant select (tenant_id, id, status, current_period_end, created_at) on {schema}.subscriptions to duro_sweep;
grant select (tenant_id, id, subscription_id, status, claimed_until) on {schema}.payment_attempts to duro_sweep;
grant select (tenant_id, id, status, claimed_until) on {schema}.refunds to duro_sweep;

create function {schema}.require_balanced_journal() returns trigger language plpgsql as $$
declare
    sides bigint;
    difference numeric;
begin
    select count(*), sum(e.amount) into sides, difference
    from {schema}.ledger_entries e where e.tenant_id = new.tenant_id and e.journal_id = new.id;
    if sides < 2 or difference <> 0 then
        raise exception 'journal % has % entries that sum to %', new.id, sides, coalesce(difference, 0)
            using errcode = 'check_violation', schema = '{schema}', table = 'journals', constraint = 'journals_balance';
    end if;
    return null;
end
$$;
create constraint trigger journals_balance after insert on {schema}.journals
    deferrable initially deferred for each row execute function {schema}.require_balanced_journal();

create function {schema}.require_balanced_entries() returns trigger language plpgsql as $$
begin
    if exists (select from added group by tenant_id, journal_id having sum(amount) <> 0) then
        raise exception 'the entries of a journal are written together and sum to zero'
            using errcode = 'check_violation', schema = '{schema}', table = 'ledger_entries',
                  constraint = 'ledger_entries_balance';
    end if;
    return null;
end
$$;
create trigger ledger_entries_balance after insert on {schema}.ledger_entries
    referencing new table as added for each statement execute function {schema}.require_balanced_entries();

create function {schema}.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name
        using errcode = 'restrict_violation', schema = '{schema}', table = tg_table_name, constraint = 'append_only';
end
$$;
create trigger append_only before update or delete or truncate on {schema}.journals
    for each statement execute function {schema}.refuse_change();
create trigger append_only before update or delete or truncate on {schema}.ledger_entries
    for each statement execute function {schema}.refuse_change();

revoke all on function
    {schema}.require_balanced_journal(), {schema}.require_balanced_entries(), {schema}.refuse_change() from public;
