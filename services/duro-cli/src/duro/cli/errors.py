class CommandError(Exception):
    """Why a command can't do what it was asked, in words for the person at the terminal."""
