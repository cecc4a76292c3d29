from duro.kernel import ConflictError, DomainError, ErrorKind, Fault, InvalidInputError, Mode, NotFoundError


class TestADomainError:
    def test_says_that_nothing_is_there(self):
        error = NotFoundError("plan", "plan_x")
        assert (error.code, error.kind, error.faults) == ("not_found", ErrorKind.NOT_FOUND, ())
        assert str(error) == error.message == "No plan has the id plan_x."

    def test_says_that_the_state_refuses(self):
        error = ConflictError("illegal_transition", "It can't.")
        assert (error.code, error.kind, str(error)) == ("illegal_transition", ErrorKind.CONFLICT, "It can't.")

    def test_lists_every_fault(self):
        faults = [Fault("amount", "must be an integer"), Fault("currency", "must be known")]
        error = InvalidInputError(faults)
        assert (error.code, error.kind, error.faults) == ("validation_error", ErrorKind.INVALID, tuple(faults))

    def test_is_caught_as_one_kind_of_thing(self):
        assert all(issubclass(kind, DomainError) for kind in (NotFoundError, ConflictError, InvalidInputError))


class TestAMode:
    def test_is_test_or_live(self):
        assert [str(mode) for mode in Mode] == ["test", "live"]
