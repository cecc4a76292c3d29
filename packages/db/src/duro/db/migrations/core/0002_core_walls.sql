alter table core.tenants enable row level security;
alter table core.tenants force row level security;
alter table core.api_keys enable row level security;
alter table core.api_keys force row level security;

create policy tenant on core.tenants to duro_owner, duro_test, duro_live
    using (id = nullif(current_setting('duro.tenant_id', true), '')::uuid)
    with check (id = nullif(current_setting('duro.tenant_id', true), '')::uuid);
create policy sweep on core.tenants for select to duro_sweep using (true);

create policy tenant on core.api_keys to duro_owner
    using (tenant_id = nullif(current_setting('duro.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('duro.tenant_id', true), '')::uuid);
create policy tenant_test on core.api_keys to duro_test
    using (mode = 'test' and tenant_id = nullif(current_setting('duro.tenant_id', true), '')::uuid)
    with check (mode = 'test' and tenant_id = nullif(current_setting('duro.tenant_id', true), '')::uuid);
create policy tenant_live on core.api_keys to duro_live
    using (mode = 'live' and tenant_id = nullif(current_setting('duro.tenant_id', true), '')::uuid)
    with check (mode = 'live' and tenant_id = nullif(current_setting('duro.tenant_id', true), '')::uuid);
create policy resolve on core.api_keys for select to duro_resolver using (true);

grant usage on schema core to duro_test, duro_live, duro_sweep, duro_resolver;
grant select on core.tenants to duro_test, duro_live;
grant select (id, status) on core.tenants to duro_sweep;
grant select, insert on core.api_keys to duro_test, duro_live;
grant update (revoked_at) on core.api_keys to duro_test, duro_live;
grant select (tenant_id, id, mode, secret_digest, revoked_at) on core.api_keys to duro_resolver;

grant create on schema core to duro_resolver;
set local role duro_resolver;
create function core.resolve_api_key(digest bytea) returns table (tenant_id uuid, key_id uuid, mode text)
    language sql stable strict security definer
    set search_path = pg_catalog, pg_temp
    as $$
        select k.tenant_id, k.id, k.mode from core.api_keys k
        where k.secret_digest = digest and k.revoked_at is null
    $$;
revoke all on function core.resolve_api_key(bytea) from public;
grant execute on function core.resolve_api_key(bytea) to duro_test, duro_live;
set local role duro_owner;
revoke create on schema core from duro_resolver;
