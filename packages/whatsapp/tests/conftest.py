from collections.abc import Callable
from dataclasses import replace

import pytest

from duro.whatsapp import TemplateMessage


@pytest.fixture
def message() -> Callable[..., TemplateMessage]:
    """Write a message to Ngozi; any field may be given instead."""
    usual = TemplateMessage(
        reference="01jq3yd4c8f9sr7nq2v0m5k6ab",
        to="+2348031234567",
        template="duro_dunning_1",
        language="en",
        body=("Ngozi", "₦5,000.00"),
        button="pay/abc",
    )
    return lambda **given: replace(usual, **given)
