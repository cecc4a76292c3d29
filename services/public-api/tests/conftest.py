pytest_plugins = ["duro.testkit.plugin"]
