import csv
import re
from importlib.resources import files

import pytest

from duro.billing.messages import Deferred, Refused, Trouble
from duro.whatsapp import ErrorCodes

STOPPED = {Trouble.SENDER, Trouble.LIMIT, Trouble.OUTAGE}
with files("duro.whatsapp").joinpath("error_codes.csv").open(encoding="utf-8") as table:
    ROWS = list(csv.DictReader(table))


class TestErrorCodes:
    @pytest.mark.parametrize("row", ROWS, ids=lambda row: row["code"])
    def test_say_of_every_listed_code_whether_the_message_may_be_sent_again(self, row):
        found = ErrorCodes.bundled().meaning(int(row["code"]), "words\n of Meta")
        assert isinstance(found, Deferred if found.trouble in STOPPED else Refused)
        assert found.reason == f"{row['meaning']}: words of Meta"
        assert row["source"]
        assert re.fullmatch(r"20\d\d-[01]\d", row["as_of"])

    def test_list_no_code_twice(self):
        assert len({row["code"] for row in ROWS}) == len(ROWS)

    @pytest.mark.parametrize("code", [-1, 199, 300, 999_999])
    def test_say_nothing_of_a_code_nobody_listed(self, code):
        assert ErrorCodes.bundled().meaning(code, "") is None
