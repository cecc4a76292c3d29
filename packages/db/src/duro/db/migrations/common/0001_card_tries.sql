create table common.card_tries (
    card_key bytea not null check (length(card_key) = 32),
    mode text not null check (mode in ('test', 'live')),
    tried_at timestamptz not null,
    primary key (card_key, mode, tried_at)
);
comment on table common.card_tries is
    'When a card was tried by itself, for any merchant: a digest of the card, and no merchant''s data.';
alter table common.card_tries enable row level security;
alter table common.card_tries force row level security;
create policy mode_test on common.card_tries to duro_test using (mode = 'test') with check (mode = 'test');
create policy mode_live on common.card_tries to duro_live using (mode = 'live') with check (mode = 'live');
create policy owner on common.card_tries to duro_owner using (true) with check (true);
grant select, insert, delete on common.card_tries to duro_test, duro_live;
grant usage on schema common to duro_test, duro_live;
