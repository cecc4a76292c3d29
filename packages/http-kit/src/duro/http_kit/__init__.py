"""What every HTTP service shares: who calls, what they sent, what they are told, and that it happens once."""
