from redis.backoff import ExponentialBackoff

class Retry:
    def __init__(self, backoff: ExponentialBackoff, retries: int) -> None: ...
