alter table payday_profiles rename column updated_at to learned_until;
alter table payday_profiles add column zone text not null default 'UTC';
alter table payday_profiles alter column zone drop default;
comment on column payday_profiles.learned_until is
    'All that became known by then is in the profile, and nothing that became known later.';
comment on column payday_profiles.zone is 'Whose days the profile counts; for another zone it is built again.';
create index allocations_by_subscription on allocations (tenant_id, subscription_id) where subscription_id is not null;
