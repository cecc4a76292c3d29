create table message_templates (
    tenant_id uuid not null,
    kind text not null,
    subject text,
    html text,
    text text,
    whatsapp_template text,
    updated_at timestamptz not null,
    primary key (tenant_id, kind),
    check (num_nonnulls(subject, html, text) in (0, 3)),
    check (num_nonnulls(subject, whatsapp_template) > 0)
);
comment on table message_templates is 'A merchant''s own words for a kind of message; without any the default template tells it.';
comment on column message_templates.whatsapp_template is 'The name of the template at Meta that is sent instead of the default one.';

alter table {schema}.message_templates enable row level security;
alter table {schema}.message_templates force row level security;
create policy tenant on {schema}.message_templates to duro_owner, duro_{schema}
    using (tenant_id = nullif(current_setting('duro.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('duro.tenant_id', true), '')::uuid);
grant select, insert, update, delete on {schema}.message_templates to duro_{schema};
