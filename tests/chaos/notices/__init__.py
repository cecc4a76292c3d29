"""A town whose provider tells of what happened, badly, to an API that is killed again and again."""
