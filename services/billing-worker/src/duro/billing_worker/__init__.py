"""The service that does everything on a timer: it scans for what is due and renews it."""

from duro.billing_worker.composition import Composition
from duro.billing_worker.service import Service
from duro.billing_worker.settings import Settings

__all__ = ["Composition", "Service", "Settings"]
