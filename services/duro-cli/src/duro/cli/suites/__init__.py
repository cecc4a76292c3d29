"""Running the suites of the repository, one pytest run each."""
