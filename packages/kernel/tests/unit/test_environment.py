from fractions import Fraction

import pytest

from duro.kernel import Environment, Fault, InvalidInputError


class TestTheEnvironment:
    def test_gives_what_is_set_and_the_default_of_what_is_not(self):
        read = Environment({"NAME": " ada ", "EMPTY": "", "PORT": "80", "RATE": "0.05", "ON": "1"})
        assert (read.text("NAME", "x"), read.text("EMPTY", "x"), read.required("NAME")) == ("ada", "x", "ada")
        assert (read.whole("PORT", 1, least=1, most=80), read.whole("NONE", 7, least=1, most=9)) == (80, 7)
        assert (read.share("RATE", "0"), read.share("NONE", "0.5")) == (Fraction(1, 20), Fraction(1, 2))
        assert (read.flag("ON"), read.flag("OFF")) == (True, False)
        assert read.choice("PROFILE", "b", ("a", "b")) == "b"
        read.require_sound()

    def test_tells_every_fault_at_once(self):
        read = Environment({"PORT": "81", "WORD": "ten", "RATE": "2", "RATIO": "1/0", "ON": "yes", "PROFILE": "c"})
        read.required("MISSING")
        read.whole("PORT", 1, least=1, most=80)
        read.whole("WORD", 1, least=1, most=80)
        read.share("RATE", "0")
        read.share("RATIO", "0")
        read.flag("ON")
        read.choice("PROFILE", "b", ("a", "b"))
        read.refuse("BOTH", "don't fit together")
        with pytest.raises(InvalidInputError) as caught:
            read.require_sound()
        assert caught.value.faults == (
            Fault("MISSING", "is required"),
            Fault("PORT", "is a whole number from 1 to 80"),
            Fault("WORD", "is a whole number from 1 to 80"),
            Fault("RATE", "is a share from 0 to 1, such as 0.05"),
            Fault("RATIO", "is a share from 0 to 1, such as 0.05"),
            Fault("ON", "is one of 0, 1"),
            Fault("PROFILE", "is one of a, b"),
            Fault("BOTH", "don't fit together"),
        )
