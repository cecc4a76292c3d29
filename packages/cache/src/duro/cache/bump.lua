-- Begins a new version of a namespace: nothing that was kept, or is being loaded, is looked at again.
redis.call('SET', KEYS[1], ARGV[1], 'EX', 86400)
return 1
