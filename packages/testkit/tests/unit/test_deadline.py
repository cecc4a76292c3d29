import pytest

from duro.testkit import Deadline, DeadlineMissedError


class TestADeadline:
    async def test_gives_the_first_answer_that_is_truthy(self):
        answers = iter([None, 0, "", "yes", "later"])

        assert await Deadline(5, step_seconds=0).until(lambda: next(answers)) == "yes"

    async def test_awaits_an_answer_that_takes_time(self):
        async def answer():
            return 7

        assert await Deadline(5).until(answer) == 7

    async def test_asks_once_even_without_time(self):
        assert await Deadline(0).until(lambda: True)

    async def test_says_what_did_not_happen_and_what_was_last_seen(self):
        with pytest.raises(DeadlineMissedError, match=r"Paying the invoice didn't happen within 0.01 .* \[\]"):
            await Deadline(0.01).until(list, "Paying the invoice")

    async def test_lets_errors_of_the_condition_through(self):
        with pytest.raises(ZeroDivisionError):
            await Deadline(5).until(lambda: 1 // 0)
