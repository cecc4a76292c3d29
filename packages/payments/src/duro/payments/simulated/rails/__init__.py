"""The simulated provider's push rails and mandates: what payers do, and a ledger of what they did."""
