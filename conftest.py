import os

from hypothesis import settings

pytest_plugins = ["duro.testkit.plugin"]

settings.register_profile("repeatable", derandomize=True)
settings.register_profile("searching")
settings.load_profile(os.environ.get("DURO_HYPOTHESIS", "repeatable"))
