from dataclasses import dataclass
from typing import final

from duro.whatsapp.send_wire import BodyComponent, ButtonComponent, SendBody


@final
@dataclass(frozen=True, slots=True)
class AcceptedMessage:
    """A message that a WhatsApp simulator has accepted, with the id it gave it."""

    provider_id: str
    asked: SendBody

    @property
    def to(self) -> str:
        return self.asked.to

    @property
    def reference(self) -> str:
        return self.asked.biz_opaque_callback_data

    @property
    def template(self) -> str:
        return self.asked.template.name

    @property
    def body(self) -> tuple[str, ...]:
        return self._places(BodyComponent)

    @property
    def button(self) -> tuple[str, ...]:
        return self._places(ButtonComponent)

    def _places(self, kind: type[BodyComponent | ButtonComponent]) -> tuple[str, ...]:
        components = (each for each in self.asked.template.components if isinstance(each, kind))
        return tuple(place.text for each in components for place in each.parameters)
