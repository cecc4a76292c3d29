alter table payment_methods
    add column fingerprint_key bytea check (length(fingerprint_key) = 32),
    add column card_key bytea not null generated always as (
        coalesce(fingerprint_key,
                 sha256('\x0000000000000006'::bytea || 'method'::bytea || '\x0000000000000010'::bytea || uuid_send(id)))
    ) stored;
comment on column payment_methods.fingerprint_key is
    'The fingerprint under a key that the database doesn''t have; null where the provider names none.';
comment on column payment_methods.card_key is
    'One for a card wherever it is saved, where that is known; else one for this method alone.';
create index payment_methods_by_card on payment_methods (tenant_id, card_key);
