"""What stands beside all tenants, read back from the database's own catalogue."""

MODES = ["test", "live"]


class TestWhatAllTenantsShare:
    """How often a card was tried is counted for all merchants: by a digest, and by nothing that is a merchant's.

    So is who isn't to be written on WhatsApp.

    What a provider told of nobody known is kept as it came, and can be read by no merchant's services.
    """

    async def test_names_no_tenant(self, catalogue):
        columns = await catalogue.fetch(
            "select table_name, column_name from information_schema.columns where table_schema = 'common'"
        )
        assert {tuple(column) for column in columns} == {
            ("card_tries", "card_key"),
            ("card_tries", "mode"),
            ("card_tries", "tried_at"),
            ("nudges", "person_key"),
            ("nudges", "mode"),
            ("nudges", "nudged_at"),
            ("whatsapp_refusals", "person_key"),
            ("whatsapp_refusals", "mode"),
            ("whatsapp_refusals", "until"),
            ("kept_notices", "provider"),
            ("kept_notices", "key"),
            ("kept_notices", "kind"),
            ("kept_notices", "reason"),
            ("kept_notices", "detail"),
            ("kept_notices", "body"),
            ("kept_notices", "received_at"),
            ("kept_notices", "handled_at"),
        }

    async def test_is_seen_by_each_mode_for_itself(self, catalogue):
        rows = await catalogue.fetch(
            "select * from pg_policies where schemaname = 'common' and tablename <> 'kept_notices'"
        )
        written = [(row["tablename"], row["policyname"], *row["roles"], row["qual"], row["with_check"]) for row in rows]
        assert sorted(written) == sorted(
            (table, *policy)
            for table in ("card_tries", "nudges", "whatsapp_refusals")
            for policy in (
                ("mode_test", "duro_test", "(mode = 'test'::text)", "(mode = 'test'::text)"),
                ("mode_live", "duro_live", "(mode = 'live'::text)", "(mode = 'live'::text)"),
                ("owner", "duro_owner", "true", "true"),
            )
        )
        assert await catalogue.fetchval(
            "select bool_and(relrowsecurity and relforcerowsecurity) from pg_class "
            "where relkind = 'r' and relnamespace = 'common'::regnamespace"
        )

    async def test_may_be_counted_and_forgotten_and_what_people_refuse_changed(self, catalogue):
        rows = await catalogue.fetch(
            "select table_name, grantee, privilege_type from information_schema.role_table_grants "
            "where table_schema = 'common' and grantee <> 'duro_owner'"
        )
        assert {tuple(row) for row in rows} == {
            (table, f"duro_{mode}", right)
            for table, rights in (
                ("card_tries", ("SELECT", "INSERT", "DELETE")),
                ("nudges", ("SELECT", "INSERT", "DELETE")),
                ("whatsapp_refusals", ("SELECT", "INSERT", "UPDATE", "DELETE")),
                ("kept_notices", ("INSERT",)),
            )
            for mode in MODES
            for right in rights
        }

    async def test_lets_services_keep_notices_and_the_owner_alone_read_them(self, catalogue):
        rows = await catalogue.fetch("select * from pg_policies where tablename = 'kept_notices'")
        assert {(row["policyname"], row["cmd"], *row["roles"]) for row in rows} == {
            ("keep", "INSERT", "duro_live", "duro_test"),
            ("owner", "ALL", "duro_owner"),
        }
