from typing import ClassVar, Final, TypeVar, final
from urllib.parse import parse_qsl

from litestar import Request
from litestar.datastructures import State
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from duro.http_kit.idempotency_key import IdempotencyKey
from duro.http_kit.inputs import Input, Section
from duro.http_kit.json_document import JsonDocument
from duro.http_kit.refusals import BodyTooLargeError, UnsupportedMediaTypeError
from duro.kernel import Fault, InvalidInputError

InputT = TypeVar("InputT", bound=Input)

_MESSAGE_PREFIX: Final = "Value error, "
_MOST_FAULTS: Final = 100


@final
class RequestReader:
    """Reads one request into an operation's input, or lists every fault of path, query, headers and body at once."""

    BODY_LIMIT_BYTES: ClassVar[int] = 1_048_576

    def __init__(self, request: Request[object, object, State]) -> None:
        self._request = request

    async def read(self, form: type[InputT]) -> InputT:
        """Raise InvalidInputError with every fault; a body that is no JSON, or too large, is refused before."""
        faults = list(IdempotencyKey.faults(self._request.headers.getall("idempotency-key", [])))
        given: dict[str, object] = {}
        if "body" in form.model_fields:
            document = await self._body()
            faults.extend(document.faults())
            given["body"] = document.value
        if "path" in form.model_fields:
            given["path"] = dict(self._request.path_params)
        if "query" in form.model_fields:
            given["query"] = self._query(faults)
        return self._validated(form, given, faults)

    @classmethod
    def _validated(cls, form: type[InputT], given: dict[str, object], faults: list[Fault]) -> InputT:
        known = {fault.path for fault in faults}
        try:
            value = form.model_validate(given)
        except ValidationError as error:
            found = [cls._fault(form, detail) for detail in error.errors(include_url=False, include_input=False)]
            faults.extend(fault for fault in found if fault.path not in known)
            raise InvalidInputError(faults[:_MOST_FAULTS]) from None
        if faults:
            raise InvalidInputError(faults[:_MOST_FAULTS])
        return value

    async def _body(self) -> JsonDocument:
        """Read the body; one that is missing counts as an empty object, so that its missing fields can be listed."""
        declared = self._request.headers.get("content-length", "0")
        if declared.isdigit() and int(declared[:20]) > self.BODY_LIMIT_BYTES:
            raise BodyTooLargeError(limit_bytes=self.BODY_LIMIT_BYTES)
        text = await self._request.body()
        if not text:
            return JsonDocument({})
        media_type = self._request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            raise UnsupportedMediaTypeError
        return JsonDocument.parse(text)

    def _query(self, faults: list[Fault]) -> dict[str, str]:
        raw = bytes(self._request.scope["query_string"]).decode("latin-1")
        pairs = parse_qsl(raw, keep_blank_values=True, errors="surrogateescape")
        values: dict[str, str] = {}
        for name, value in pairs:
            if not (JsonDocument.is_storable(name) and JsonDocument.is_storable(value)):
                faults.append(Fault(self._shown(name), "Must be UTF-8 without NUL."))
            elif name in values:
                faults.append(Fault(self._shown(name), "Must be given once."))
            values[name] = value
        return values

    @classmethod
    def _fault(cls, form: type[Input], detail: ErrorDetails) -> Fault:
        section, *inner = (str(step) for step in detail["loc"])
        if inner and detail["type"] != "extra_forbidden":
            inner[0] = cls._on_the_wire(form, section, inner[0])
        path = ".".join(cls._shown(step) for step in inner) or section
        return Fault(path, cls._shown(detail["msg"].removeprefix(_MESSAGE_PREFIX)))

    @staticmethod
    def _on_the_wire(form: type[Input], section: str, name: str) -> str:
        """Give the name callers know a field by: of one that was left out, a fault tells our own."""
        kind = form.model_fields[section].annotation if section in form.model_fields else None
        if not isinstance(kind, type) or not issubclass(kind, Section) or name not in kind.model_fields:
            return name
        return kind.model_fields[name].alias or name

    @staticmethod
    def _shown(text: str) -> str:
        return text.encode("utf-8", "backslashreplace").decode("utf-8")[:200]
