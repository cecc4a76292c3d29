create table common.kept_notices (
    provider text not null,
    key text not null,
    kind text not null,
    reason text not null check (reason in ('malformed', 'unknown_reference', 'contradiction')),
    detail text not null,
    body bytea not null,
    received_at timestamptz not null,
    handled_at timestamptz,
    primary key (provider, key)
);
comment on table common.kept_notices is
    'What a provider told and nobody could act on, for a person: whose it is isn''t known, so that no merchant can see it.';
create index kept_notices_waiting on common.kept_notices (received_at) where handled_at is null;
alter table common.kept_notices enable row level security;
alter table common.kept_notices force row level security;
create policy keep on common.kept_notices for insert to duro_test, duro_live with check (handled_at is null);
create policy owner on common.kept_notices to duro_owner using (true) with check (true);
grant insert on common.kept_notices to duro_test, duro_live;
