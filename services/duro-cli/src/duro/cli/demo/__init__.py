"""The demo merchant: a small business whose customers renew, decline and leave the gateway silent in front of you."""
