"""A seeded world in which recovery policies are compared, in the open."""
