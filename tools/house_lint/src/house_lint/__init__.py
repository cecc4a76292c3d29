"""The rules of the house that no general linter knows."""
