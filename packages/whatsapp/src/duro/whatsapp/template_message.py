from dataclasses import dataclass, field
from typing import final


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateMessage:
    """One message to one phone in the words of a template that Meta has approved.

    The phone is written +2348031234567. `body` fills the template's numbered places in order; `button` is the end of
    its link or, for a one-time code, the code once more. The reference is ours, used for one cause only, and comes
    back with what is told of the message later.
    """

    reference: str
    to: str
    template: str
    language: str
    body: tuple[str, ...] = field(repr=False)
    button: str | None = field(default=None, repr=False)

    @classmethod
    def of_code(cls, code: str, *, reference: str, to: str, template: str, language: str) -> "TemplateMessage":
        """Tell a one-time code: Meta wants it twice, in the words and behind the button."""
        return cls(reference=reference, to=to, template=template, language=language, body=(code,), button=code)
