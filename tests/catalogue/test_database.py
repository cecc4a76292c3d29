"""The walls between tenants, read back from the database's own catalogue."""

import re

SCHEMAS = ["core", "test", "live"]
MODES = ["test", "live"]
WHOSE = "nullif(current_setting('duro.tenant_id'::text, true), ''::text))::uuid"

READ_AND_GROW = {"SELECT", "INSERT"}
READ_AND_WRITE = {"SELECT", "INSERT", "UPDATE"}
GRANTS = {
    "plans": READ_AND_WRITE,
    "customers": READ_AND_WRITE,
    "payment_methods": READ_AND_WRITE,
    "promo_codes": READ_AND_WRITE,
    "subscriptions": READ_AND_WRITE,
    "invoices": READ_AND_WRITE,
    "invoice_lines": READ_AND_GROW,
    "pending_lines": READ_AND_WRITE,
    "payment_attempts": READ_AND_WRITE,
    "refunds": READ_AND_WRITE,
    "disputes": READ_AND_WRITE,
    "dunning_schedules": READ_AND_WRITE,
    "dunning_events": READ_AND_GROW,
    "recovery_settings": READ_AND_WRITE,
    "payday_profiles": READ_AND_WRITE,
    "messages": READ_AND_WRITE,
    "message_templates": READ_AND_WRITE | {"DELETE"},
    "payment_requests": READ_AND_WRITE,
    "incoming_payments": READ_AND_GROW,
    "allocations": READ_AND_GROW,
    "review_decisions": READ_AND_GROW,
    "money_decisions": READ_AND_GROW,
    "credit_grants": READ_AND_GROW,
    "events": READ_AND_GROW,
    "idempotency_records": READ_AND_WRITE | {"DELETE"},
    "journals": READ_AND_GROW,
    "ledger_entries": READ_AND_GROW,
}
"""What the service role of a mode may do with each table of its schema; a new table must be decided on here."""

TEST_GRANTS = {"test_clocks": READ_AND_WRITE}
"""The same for the tables that live mode doesn't have: time moves by itself there."""

OF_TEST_CLOCKS = re.compile(r"test_clocks|_test_clock_id_(fkey|check)")
"""How the modes differ: clocks stand in test alone, and what would refer to one is null in live."""

CORE_GRANTS = {"tenants": {"SELECT"}, "api_keys": READ_AND_GROW}
COLUMN_GRANTS = {
    ("duro_test", "core", "api_keys", "UPDATE"): {"revoked_at"},
    ("duro_live", "core", "api_keys", "UPDATE"): {"revoked_at"},
    ("duro_resolver", "core", "api_keys", "SELECT"): {"tenant_id", "id", "mode", "secret_digest", "revoked_at"},
    ("duro_resolver", "core", "tenants", "SELECT"): {"id", "status"},
    ("duro_sweep", "core", "tenants", "SELECT"): {"id", "status"},
    **{
        ("duro_resolver", mode, table, "SELECT"): columns
        for mode in MODES
        for table, columns in {
            "payment_methods": {"tenant_id", "id", "provider"},
            "payment_attempts": {"tenant_id", "id", "provider"},
            "payment_requests": {"tenant_id", "id", "provider"},
            "refunds": {"tenant_id", "id", "attempt_id"},
            "messages": {"tenant_id", "id", "provider_id", "channel"},
        }.items()
    },
    **{
        ("duro_sweep", mode, table, "SELECT"): columns
        for mode in MODES
        for table, columns in {
            "subscriptions": {
                *("tenant_id", "id", "status", "current_period_end", "created_at", "test_clock_id", "renews_from"),
                "cancel_at_period_end",
            },
            "payment_attempts": {"tenant_id", "id", "subscription_id", "status", "claimed_until"},
            "refunds": {"tenant_id", "id", "attempt_id", "status", "claimed_until"},
            "dunning_schedules": {"tenant_id", "id", "subscription_id", "wake_at"},
            "messages": {"tenant_id", "id", "subscription_id", "status", "send_at"},
            "payment_requests": {"tenant_id", "id", "subscription_id", "status", "look_at"},
            "payment_methods": {"tenant_id", "id", "look_at"},
        }.items()
    },
}
UNIQUE_OVER_ALL = {("core", "tenants_pkey"), ("core", "api_keys_secret_digest_key")}
"""A tenant's own id is its key; a key's digest is looked up before its tenant is known, so it is unique over all."""

NOT_BY_TENANT = UNIQUE_OVER_ALL | {
    (mode, index)
    for mode in MODES
    for index in (
        *(f"{table}_by_id" for table in ("payment_methods", "payment_attempts", "payment_requests", "refunds")),
        *("messages_by_id", "messages_by_provider"),
    )
}
"""Nor is the tenant known of a reference that a provider's notice names, or a messenger's."""

INDEXES = """
select n.nspname as schema, t.relname as "table", c.relname as name, i.indisprimary as is_primary,
       i.indisunique as is_unique, pg_get_indexdef(i.indexrelid, 1, true) as first_column
from pg_index i
join pg_class c on c.oid = i.indexrelid
join pg_class t on t.oid = i.indrelid
join pg_namespace n on n.oid = t.relnamespace
where n.nspname = any($1::text[])"""

FOREIGN_KEYS = """
select n.nspname as schema, c.conname as name, array_agg(a.attname::text order by k.position) as columns,
       array_agg(f.attname::text order by k.position) as targets, fn.nspname || '.' || ft.relname as target
from pg_constraint c
join pg_namespace n on n.oid = c.connamespace
join pg_class ft on ft.oid = c.confrelid
join pg_namespace fn on fn.oid = ft.relnamespace
cross join lateral unnest(c.conkey, c.confkey) with ordinality as k (own, theirs, position)
join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.own
join pg_attribute f on f.attrelid = c.confrelid and f.attnum = k.theirs
where c.contype = 'f' and n.nspname = any($1::text[])
group by n.nspname, c.conname, fn.nspname, ft.relname"""

SHAPES = {
    "columns": """
        select table_name, column_name, ordinal_position, data_type, is_nullable, column_default,
            character_maximum_length
        from information_schema.columns where table_schema = $1""",
    "constraints": """
        select conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid)
        from pg_constraint where connamespace = $1::regnamespace""",
    "indexes": "select indexname, indexdef from pg_indexes where schemaname = $1",
    "policies": """
        select tablename, policyname, cmd, qual, with_check,
            array(select replace(role, $1, 'mode') from unnest(roles::text[]) as role order by 1)
        from pg_policies where schemaname = $1""",
    "triggers": """
        select c.relname, t.tgname, pg_get_triggerdef(t.oid) from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where c.relnamespace = $1::regnamespace and not t.tgisinternal""",
    "functions": """
        select proname, prosrc, prosecdef, proconfig::text, proacl::text
        from pg_proc where pronamespace = $1::regnamespace""",
    "comments": """
        select c.relname, d.objsubid, d.description from pg_description d join pg_class c on c.oid = d.objoid
        where d.classoid = 'pg_class'::regclass and c.relnamespace = $1::regnamespace""",
    "grants": """
        select grantee, table_name, privilege_type from information_schema.role_table_grants where table_schema = $1""",
}


def grants_of(mode: str) -> dict[str, set[str]]:
    return GRANTS | TEST_GRANTS if mode == "test" else GRANTS


class TestEveryTable:
    async def test_forces_row_level_security(self, catalogue):
        rows = await catalogue.fetch(
            "select relnamespace::regnamespace::text as schema, relname, relkind::text, relrowsecurity, "
            "relforcerowsecurity from pg_class "
            "where relnamespace = any($1::regnamespace[]) and relkind in ('r', 'p', 'v', 'm', 'f', 'S')",
            SCHEMAS,
        )
        assert len(rows) == len(CORE_GRANTS) + 2 * len(GRANTS) + len(TEST_GRANTS)
        assert {row["relkind"] for row in rows} == {"r"}, "views, sequences and the like have no row-level security"
        assert [tuple(row) for row in rows if not (row["relrowsecurity"] and row["relforcerowsecurity"])] == []

    async def test_shows_and_takes_rows_of_the_set_tenant_alone(self, catalogue):
        rows = await catalogue.fetch("select * from pg_policies where schemaname = any($1::text[])", SCHEMAS)
        guarded = set()
        for row in rows:
            table = (row["schemaname"], row["tablename"])
            key = "id" if table == ("core", "tenants") else "tenant_id"
            if row["policyname"] in {"sweep", "resolve"}:
                assert row["cmd"] == "SELECT"
                assert row["roles"] in (["duro_sweep"], ["duro_resolver"])
                continue
            expected = f"({key} = ({WHOSE})"
            mode = {"tenant_test": "test", "tenant_live": "live"}.get(row["policyname"])
            if mode:
                expected = f"((mode = '{mode}'::text) AND {expected})"
            assert (row["cmd"], row["permissive"]) == ("ALL", "PERMISSIVE")
            assert row["qual"].lower() == expected.lower(), table
            assert row["with_check"] == row["qual"], table
            assert "public" not in row["roles"]
            guarded.add((*table, *row["roles"]))
        modes = {
            (mode, table, role)
            for mode in MODES
            for table in grants_of(mode)
            for role in ("duro_owner", f"duro_{mode}")
        }
        seen = {(schema, table, role) for schema, table, *roles in guarded for role in roles}
        core = {("core", table, role) for table in CORE_GRANTS for role in ("duro_owner", "duro_test", "duro_live")}
        assert seen == modes | core

    async def test_is_owned_by_the_owner_who_cannot_log_in(self, catalogue):
        rows = await catalogue.fetch(
            "select distinct relowner::regrole::text as owner from pg_class "
            "where relnamespace = any($1::regnamespace[])",
            [*SCHEMAS, "migrations"],
        )
        assert [row["owner"] for row in rows] == ["duro_owner"]
        assert not await catalogue.fetchval("select rolcanlogin from pg_roles where rolname = 'duro_owner'")

    async def test_begins_every_key_with_the_tenant(self, catalogue):
        rows = await catalogue.fetch(INDEXES, SCHEMAS)
        primaries = {(row["schema"], row["table"]) for row in rows if row["is_primary"]}
        assert len(primaries) == len(CORE_GRANTS) + 2 * len(GRANTS) + len(TEST_GRANTS)
        others = {
            (row["schema"], row["name"]) for row in rows if row["is_unique"] and row["first_column"] != "tenant_id"
        }
        assert others == UNIQUE_OVER_ALL

    async def test_begins_every_index_with_the_tenant(self, catalogue):
        rows = await catalogue.fetch(INDEXES, SCHEMAS)
        others = {(row["schema"], row["name"]) for row in rows if row["first_column"] != "tenant_id"}
        assert others == NOT_BY_TENANT

    async def test_refers_to_rows_of_its_own_tenant(self, catalogue):
        rows = await catalogue.fetch(FOREIGN_KEYS, SCHEMAS)
        assert len(rows) > 20
        for row in rows:
            if row["name"] == "api_keys_tenant_id_fkey":
                assert (row["columns"], row["targets"], row["target"]) == (["tenant_id"], ["id"], "core.tenants")
                continue
            assert row["columns"][0] == row["targets"][0] == "tenant_id", row["name"]
            assert len(row["columns"]) > 1, row["name"]
            assert row["target"].startswith(f"{row['schema']}."), row["name"]

    async def test_is_the_same_in_both_modes_but_for_test_clocks(self, catalogue):
        for what, statement in SHAPES.items():
            shapes = []
            for mode in MODES:
                rows = await catalogue.fetch(statement, mode)
                assert what == "comments" or rows
                other = next(each for each in MODES if each != mode)
                text = [str(tuple(row)) for row in rows]
                assert not [line for line in text if f"{other}." in line or f"duro_{other}" in line], what
                forms = ((f"duro_{mode}", "duro_mode"), (f"{mode}.", "mode."), (f"'{mode}'", "'mode'"))
                for own, common in forms:
                    text = [line.replace(own, common) for line in text]
                shapes.append(sorted(line for line in text if not OF_TEST_CLOCKS.search(line)))
            assert shapes[0] == shapes[1], what

    async def test_of_live_mode_names_no_test_clock(self, catalogue):
        rows = [str(tuple(row)) for what in SHAPES.values() for row in await catalogue.fetch(what, "live")]
        clocks = [row for row in rows if OF_TEST_CLOCKS.search(row)]
        assert len(clocks) == 2
        assert all("CHECK ((test_clock_id IS NULL))" in row for row in clocks)


class TestEveryGrant:
    async def test_on_a_table_was_decided(self, catalogue):
        rows = await catalogue.fetch(
            "select grantee, table_schema, table_name, privilege_type from information_schema.role_table_grants "
            "where table_schema = any($1::text[]) and grantee <> 'duro_owner'",
            [*SCHEMAS, "migrations"],
        )
        granted: dict[tuple[str, str, str], set[str]] = {}
        for row in rows:
            granted.setdefault((row["grantee"], row["table_schema"], row["table_name"]), set()).add(
                row["privilege_type"]
            )
        decided = {(f"duro_{mode}", mode, table): rights for mode in MODES for table, rights in grants_of(mode).items()}
        decided |= {(f"duro_{mode}", "core", table): rights for mode in MODES for table, rights in CORE_GRANTS.items()}
        assert granted == decided

    async def test_on_a_column_was_decided(self, catalogue):
        rows = await catalogue.fetch(
            "select a.grantee::regrole::text as grantee, n.nspname, c.relname, a.privilege_type, t.attname::text "
            "from pg_attribute t join pg_class c on c.oid = t.attrelid join pg_namespace n on n.oid = c.relnamespace "
            "cross join lateral aclexplode(t.attacl) a where n.nspname = any($1::text[])",
            [*SCHEMAS, "migrations"],
        )
        granted: dict[tuple[str, ...], set[str]] = {}
        for row in rows:
            key = (row["grantee"], row["nspname"], row["relname"], row["privilege_type"])
            granted.setdefault(key, set()).add(row["attname"])
        assert granted == COLUMN_GRANTS

    async def test_on_a_function_is_a_resolvers(self, catalogue):
        rows = await catalogue.fetch(
            "select p.pronamespace::regnamespace::text, p.proname, a.grantee::regrole::text as grantee from pg_proc p "
            "cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a "
            "where p.pronamespace = any($1::regnamespace[]) and a.grantee <> p.proowner",
            [*SCHEMAS, "migrations"],
        )
        assert {tuple(row) for row in rows} == {
            ("core", "resolve_api_key", "duro_test"),
            ("core", "resolve_api_key", "duro_live"),
            ("test", "resolve_reference", "duro_test"),
            ("live", "resolve_reference", "duro_live"),
            ("test", "resolve_message", "duro_test"),
            ("live", "resolve_message", "duro_live"),
        }

    async def test_on_a_schema_lets_nobody_create(self, catalogue):
        rows = await catalogue.fetch(
            "select n.nspname, a.grantee::regrole::text as grantee, a.privilege_type from pg_namespace n "
            "cross join lateral aclexplode(n.nspacl) a "
            "where n.nspname = any($1::text[]) and a.grantee <> n.nspowner",
            [*SCHEMAS, "migrations"],
        )
        users = {"core": ("duro_test", "duro_live", "duro_sweep", "duro_resolver")}
        users |= {mode: (f"duro_{mode}", "duro_sweep", "duro_resolver") for mode in MODES}
        assert {tuple(row) for row in rows} == {
            (schema, role, "USAGE") for schema, roles in users.items() for role in roles
        }


class TestEveryRole:
    async def test_has_no_power_beyond_its_grants(self, catalogue):
        rows = await catalogue.fetch(
            "select rolname, rolcanlogin, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication "
            "as is_mighty, exists (select from pg_auth_members m where m.member = r.oid) as is_member "
            "from pg_roles r where rolname like 'duro\\_%' and rolname <> 'duro_admin'"
        )
        assert {tuple(row) for row in rows} == {
            ("duro_owner", False, False, False),
            ("duro_resolver", False, False, False),
            ("duro_test", True, False, False),
            ("duro_live", True, False, False),
            ("duro_sweep", True, False, False),
        }


class TestEveryDefinerFunction:
    async def test_is_known_and_has_a_fixed_search_path(self, catalogue):
        rows = await catalogue.fetch(
            "select pronamespace::regnamespace::text as schema, proname, proconfig, proowner::regrole::text as owner "
            "from pg_proc where prosecdef and pronamespace = any($1::regnamespace[])",
            [*SCHEMAS, "common", "migrations", "public"],
        )
        fixed = ["search_path=pg_catalog, pg_temp"]
        assert sorted(tuple(row) for row in rows) == [
            ("core", "resolve_api_key", fixed, "duro_resolver"),
            ("live", "resolve_message", fixed, "duro_resolver"),
            ("live", "resolve_reference", fixed, "duro_resolver"),
            ("test", "resolve_message", fixed, "duro_resolver"),
            ("test", "resolve_reference", fixed, "duro_resolver"),
        ]


class TestTheLedger:
    async def test_keeps_its_rules_in_both_modes(self, catalogue):
        rows = await catalogue.fetch(
            "select c.relnamespace::regnamespace::text as schema, c.relname, t.tgname, t.tgdeferrable, "
            "t.tginitdeferred, t.tgenabled::text from pg_trigger t join pg_class c on c.oid = t.tgrelid "
            "where not t.tgisinternal"
        )
        assert {tuple(row) for row in rows} == {
            (mode, *rule)
            for mode in MODES
            for rule in (
                ("journals", "append_only", False, False, "O"),
                ("journals", "journals_balance", True, True, "O"),
                ("ledger_entries", "append_only", False, False, "O"),
                ("ledger_entries", "ledger_entries_balance", False, False, "O"),
            )
        }
