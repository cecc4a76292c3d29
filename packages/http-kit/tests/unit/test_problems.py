import json

import pytest
from litestar.exceptions import HTTPException, NotAuthorizedException

from duro.http_kit.problems import Problem
from duro.http_kit.refusals import MalformedJsonError
from duro.kernel import ConflictError, DomainError, ErrorKind, Fault, InvalidInputError, NotFoundError


class TestProblem:
    @pytest.mark.parametrize(
        ("exception", "status", "code"),
        [
            (InvalidInputError([Fault("a", "b")]), 422, "validation_error"),
            (NotFoundError("plan", 1), 404, "not_found"),
            (ConflictError("plan_archived", "No."), 409, "plan_archived"),
            (DomainError("card_refused", ErrorKind.REFUSED, "No."), 422, "card_refused"),
            (DomainError("forbidden", ErrorKind.FORBIDDEN, "No."), 403, "forbidden"),
            (DomainError("gateway_unavailable", ErrorKind.UNAVAILABLE, "No."), 503, "gateway_unavailable"),
            (MalformedJsonError(), 400, "bad_request"),
            (NotAuthorizedException(), 401, "unauthorized"),
            (HTTPException(status_code=418), 400, "bad_request"),
            (HTTPException(status_code=502), 500, "internal_error"),
            (ValueError("secret"), 500, "internal_error"),
        ],
    )
    def test_says_every_exception_in_the_words_of_http(self, exception: Exception, status: int, code: str):
        problem = Problem.of(exception)
        assert (problem.status, problem.code, problem.is_ours) == (status, code, status >= 500)

    @pytest.mark.parametrize("kind", list(ErrorKind))
    def test_has_a_status_for_every_kind(self, kind: ErrorKind):
        assert 400 <= Problem.of(DomainError("x", kind, "No.")).status < 600

    def test_is_written_with_every_fault_and_without_an_empty_list(self):
        faulty = json.loads(Problem.of(InvalidInputError([Fault("a", "b")])).answer("req_1").body)
        assert faulty == {
            "error": {
                "code": "validation_error",
                "message": "The request has invalid values.",
                "requestId": "req_1",
                "docUrl": "/docs#error-validation_error",
                "details": [{"path": "a", "issue": "b"}],
            }
        }
        assert "details" not in json.loads(Problem.of(ValueError("secret")).answer("req_1").body)["error"]

    def test_never_repeats_what_nobody_expected(self):
        assert b"secret" not in Problem.of(ValueError("secret")).answer("req_1").body
