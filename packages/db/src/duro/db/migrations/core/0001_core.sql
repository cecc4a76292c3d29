create table core.tenants (
    id uuid primary key,
    name text not null,
    zone text not null default 'Africa/Lagos',
    status text not null default 'active' check (status in ('active', 'suspended')),
    created_at timestamptz not null
);

create table core.api_keys (
    tenant_id uuid not null references core.tenants (id),
    id uuid not null,
    mode text not null check (mode in ('test', 'live')),
    secret_digest bytea not null unique check (length(secret_digest) = 32),
    hint text not null,
    created_at timestamptz not null,
    revoked_at timestamptz,
    primary key (tenant_id, id)
);
comment on column core.api_keys.secret_digest is
    'sha256 of the secret. Unique over all tenants, since a key is looked up before its tenant is known.';
