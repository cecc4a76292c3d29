"""What the terminal shows while everything runs."""
