create table common.whatsapp_refusals (
    person_key bytea not null check (length(person_key) = 32),
    mode text not null check (mode in ('test', 'live')),
    until timestamptz,
    primary key (person_key, mode)
);
comment on table common.whatsapp_refusals is
    'Who isn''t to be written on WhatsApp, by any merchant: a keyed digest of their phone, and no merchant''s data.';
comment on column common.whatsapp_refusals.until is 'When it may be tried again; null as long as they don''t ask for it.';
alter table common.whatsapp_refusals enable row level security;
alter table common.whatsapp_refusals force row level security;
create policy mode_test on common.whatsapp_refusals to duro_test using (mode = 'test') with check (mode = 'test');
create policy mode_live on common.whatsapp_refusals to duro_live using (mode = 'live') with check (mode = 'live');
create policy owner on common.whatsapp_refusals to duro_owner using (true) with check (true);
grant select, insert, update, delete on common.whatsapp_refusals to duro_test, duro_live;
