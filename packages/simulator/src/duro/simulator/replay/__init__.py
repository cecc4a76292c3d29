"""A merchant's own failures, worked anew by other policies as far as what happened can tell."""
