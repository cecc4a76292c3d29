alter table recovery_settings add column dunning_enabled boolean not null default true;
alter table recovery_settings alter column dunning_enabled drop default;
comment on column recovery_settings.auto_recovery is 'Whether charges are tried again without being asked for.';
comment on column recovery_settings.dunning_enabled is 'Whether payers are told of charges that failed.';
