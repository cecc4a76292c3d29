create table common.nudges (
    person_key bytea not null check (length(person_key) = 32),
    mode text not null check (mode in ('test', 'live')),
    nudged_at timestamptz not null,
    primary key (person_key, mode, nudged_at)
);
comment on table common.nudges is
    'When a person was asked for money, by any merchant: a keyed digest of how they are reached, and no merchant''s data.';
alter table common.nudges enable row level security;
alter table common.nudges force row level security;
create policy mode_test on common.nudges to duro_test using (mode = 'test') with check (mode = 'test');
create policy mode_live on common.nudges to duro_live using (mode = 'live') with check (mode = 'live');
create policy owner on common.nudges to duro_owner using (true) with check (true);
grant select, insert, delete on common.nudges to duro_test, duro_live;
