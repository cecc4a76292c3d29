alter table recovery_settings add column dunning_enabled boolean not null default true;
alter table recovery_settings alter column dunning_enabled drop default;
comment on column recovery_settings.auto_recovery is 'Whether charges are tried again without being asked for.';
comment on column recovery_settings.dunning_enabled is 'Whether payers are told of charges that failed.';

create index dunning_schedules_by_opening on dunning_schedules (tenant_id, opened_at);
create index dunning_schedules_by_closing on dunning_schedules (tenant_id, closed_at) where closed_at is not null;
create index payment_attempts_failed on payment_attempts (tenant_id, created_at) where status = 'failed';
create index subscriptions_canceled on subscriptions (tenant_id, canceled_at) where canceled_at is not null;
