from types import MappingProxyType

import pytest
from whenever import Instant

INSTANTS = [
    Instant.from_utc(2026, 3, 31, 9, 15, 30, nanosecond=123_456_000),
    Instant.from_utc(1999, 12, 31, 23, 59, 59, nanosecond=999_999_000),
    Instant.from_utc(2000, 1, 1),
    Instant.from_utc(2200, 1, 1),
]


class TestAnInstant:
    @pytest.mark.parametrize("instant", INSTANTS)
    async def test_comes_back_as_it_went(self, admin, instant):
        async with admin.acquire() as connection:
            assert await connection.fetchval("select $1::timestamptz", instant) == instant

    async def test_is_what_postgres_reads_in_it(self, admin):
        async with admin.acquire() as connection:
            text = await connection.fetchval(
                "select to_char($1::timestamptz at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')", INSTANTS[0]
            )
        assert text == "2026-03-31 09:15:30.123456"

    async def test_travels_in_arrays_with_nothing_among_them(self, admin):
        async with admin.acquire() as connection:
            assert await connection.fetchval("select $1::timestamptz[]", [*INSTANTS, None]) == [*INSTANTS, None]

    async def test_loses_what_is_finer_than_a_microsecond(self, admin):
        fine = Instant.from_utc(2026, 1, 1, nanosecond=1_999)
        async with admin.acquire() as connection:
            assert await connection.fetchval("select $1::timestamptz", fine) == Instant.from_utc(
                2026, 1, 1, nanosecond=1_000
            )

    async def test_is_never_infinite(self, admin):
        async with admin.acquire() as connection:
            with pytest.raises(ValueError, match="out of range"):
                await connection.fetchval("select 'infinity'::timestamptz")


class TestAJsonDocument:
    async def test_comes_back_as_it_went(self, admin):
        document = {"name": "Ngọzi", "amounts": [1, 2, None], "deep": {"is": True}}
        async with admin.acquire() as connection:
            assert await connection.fetchval("select $1::jsonb", document) == document
            assert await connection.fetchval("select $1::jsonb ->> 'name'", document) == "Ngọzi"
            assert await connection.fetchval("select $1::jsonb[]", [document, {}]) == [document, {}]

    async def test_may_be_any_mapping(self, admin):
        async with admin.acquire() as connection:
            assert await connection.fetchval("select $1::jsonb", MappingProxyType({"a": 1})) == {"a": 1}

    async def test_is_refused_when_it_has_no_json_form(self, admin):
        async with admin.acquire() as connection:
            with pytest.raises(Exception, match="JSON"):
                await connection.fetchval("select $1::jsonb", {"a": object()})
