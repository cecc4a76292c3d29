"""What the isolation tests share: estates of merchants, the routes as the API documents them, and what changed."""

from fence.break_in import BreakIn
from fence.estate import Estate, Settled
from fence.routes import Route, RouteBook, Slot
from fence.snapshot import Snapshots
from fence.tables import Table, Tables

__all__ = ["BreakIn", "Estate", "Route", "RouteBook", "Settled", "Slot", "Snapshots", "Table", "Tables"]
