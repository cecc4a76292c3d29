"""One command, one class."""
