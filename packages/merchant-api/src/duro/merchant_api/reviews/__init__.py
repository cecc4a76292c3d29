"""Attempts that only a person can explain, and what becomes of the money once one did."""

from duro.merchant_api.reviews.decide_review import DecidedReview, DecideReview, Verdict

__all__ = ["DecideReview", "DecidedReview", "Verdict"]
