create index payment_methods_by_id on payment_methods (id);
create index payment_attempts_by_id on payment_attempts (id);
create index payment_requests_by_id on payment_requests (id);
create index refunds_by_id on refunds (id);

create policy resolve on {schema}.payment_methods for select to duro_resolver using (true);
create policy resolve on {schema}.payment_attempts for select to duro_resolver using (true);
create policy resolve on {schema}.payment_requests for select to duro_resolver using (true);
create policy resolve on {schema}.refunds for select to duro_resolver using (true);

grant usage on schema {schema} to duro_resolver;
grant select (tenant_id, id, provider) on
    {schema}.payment_methods, {schema}.payment_attempts, {schema}.payment_requests
    to duro_resolver;
grant select (tenant_id, id, attempt_id) on {schema}.refunds to duro_resolver;

grant create on schema {schema} to duro_resolver;
set local role duro_resolver;
create function {schema}.resolve_reference(at_provider text, reference uuid)
    returns table (tenant_id uuid, kind text)
    language sql stable strict security definer
    set search_path = pg_catalog, pg_temp
    as $$
        select m.tenant_id, 'payment_method' from {schema}.payment_methods m
        where m.id = reference and m.provider = at_provider
        union all
        select a.tenant_id, 'payment_attempt' from {schema}.payment_attempts a
        where a.id = reference and a.provider = at_provider
        union all
        select q.tenant_id, 'payment_request' from {schema}.payment_requests q
        where q.id = reference and q.provider = at_provider
        union all
        select r.tenant_id, 'refund' from {schema}.refunds r
        join {schema}.payment_attempts a on a.tenant_id = r.tenant_id and a.id = r.attempt_id
        where r.id = reference and a.provider = at_provider
    $$;
revoke all on function {schema}.resolve_reference(text, uuid) from public;
grant execute on function {schema}.resolve_reference(text, uuid) to duro_{schema};
set local role duro_owner;
revoke create on schema {schema} from duro_resolver;
