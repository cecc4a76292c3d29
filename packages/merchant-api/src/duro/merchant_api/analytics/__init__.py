"""How a business stands: what recurs, who left and why, and what became of money at risk."""

from duro.merchant_api.analytics.read_analytics import Failures, ReadAnalytics, Stretch

__all__ = ["Failures", "ReadAnalytics", "Stretch"]
