"""Duro queue: BullMQ queues, workers and schedulers."""
