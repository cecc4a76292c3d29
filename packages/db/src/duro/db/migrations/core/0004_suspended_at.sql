alter table core.tenants add column suspended_at timestamptz;
comment on column core.tenants.suspended_at is 'Since when the tenant is suspended: its open recovery cases get that time back.';
