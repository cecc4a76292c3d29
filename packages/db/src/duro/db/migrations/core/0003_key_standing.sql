create policy resolve on core.tenants for select to duro_resolver using (true);
grant select (id, status) on core.tenants to duro_resolver;

grant create on schema core to duro_resolver;
set local role duro_resolver;
drop function core.resolve_api_key(bytea);
create function core.resolve_api_key(digest bytea)
    returns table (tenant_id uuid, key_id uuid, mode text, tenant_status text)
    language sql stable strict security definer
    set search_path = pg_catalog, pg_temp
    as $$
        select k.tenant_id, k.id, k.mode, t.status
        from core.api_keys k join core.tenants t on t.id = k.tenant_id
        where k.secret_digest = digest and k.revoked_at is null
    $$;
revoke all on function core.resolve_api_key(bytea) from public;
grant execute on function core.resolve_api_key(bytea) to duro_test, duro_live;
set local role duro_owner;
revoke create on schema core from duro_resolver;
