"""One class per rule."""
