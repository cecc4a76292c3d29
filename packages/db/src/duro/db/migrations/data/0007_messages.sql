alter table customers add column has_whatsapp_consent boolean not null default false;
comment on column customers.has_whatsapp_consent is 'Whether the person agreed to be told things on WhatsApp, at their phone.';

alter table messages add column provider_id text;
alter table messages drop constraint messages_status_check;
alter table messages drop constraint messages_check;
alter table messages
    add constraint messages_status_check check (status in ('pending', 'sending', 'sent', 'refused', 'unknown', 'dropped')),
    add constraint messages_check check ((status in ('pending', 'sending')) = (send_at is not null));
comment on column messages.send_at is
    'When it may leave; while it is being sent, until when that may take: after that nobody knows whether it left.';
comment on column messages.provider_id is 'What the vendor calls it, for who asks them about it.';
drop index messages_pending;
create index messages_waiting on messages (tenant_id, send_at, id) where send_at is not null;
create index messages_by_subscription on messages (tenant_id, subscription_id, id) where subscription_id is not null;
