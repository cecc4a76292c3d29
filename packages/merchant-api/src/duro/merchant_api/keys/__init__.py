"""The credentials that merchants call with."""

from duro.merchant_api.keys.mint_api_key import LiveKeyInDevelopmentError, MintApiKey, MintedApiKey
from duro.merchant_api.keys.revoke_api_key import RevokeApiKey

__all__ = ["LiveKeyInDevelopmentError", "MintApiKey", "MintedApiKey", "RevokeApiKey"]
