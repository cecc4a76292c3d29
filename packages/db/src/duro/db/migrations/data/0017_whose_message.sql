alter table messages add column whatsapp_failed_at timestamptz;
comment on column messages.whatsapp_failed_at is
    'When WhatsApp told that what it had accepted never arrived: from then on it goes by e-mail.';
create index messages_by_id on messages (id);
create index messages_by_provider on messages (provider_id) where channel = 'whatsapp';

create policy resolve on {schema}.messages for select to duro_resolver using (true);
grant select (tenant_id, id, provider_id, channel) on {schema}.messages to duro_resolver;

grant create on schema {schema} to duro_resolver;
set local role duro_resolver;
create function {schema}.resolve_message(reference uuid, at_provider text)
    returns table (tenant_id uuid, id uuid)
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
    as $$
        select m.tenant_id, m.id from {schema}.messages m where m.id = reference
        union
        select m.tenant_id, m.id from {schema}.messages m where m.channel = 'whatsapp' and m.provider_id = at_provider
    $$;
revoke all on function {schema}.resolve_message(uuid, text) from public;
grant execute on function {schema}.resolve_message(uuid, text) to duro_{schema};
set local role duro_owner;
revoke create on schema {schema} from duro_resolver;
