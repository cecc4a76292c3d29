-- A version is never used twice, so that losing it loses what was kept and shows nothing that is out of date.
-- Looks for what is kept under a name, and says who is to load it when nothing is.
-- KEYS: where the version of the namespace is kept. ARGV: a version to begin with if there is none, the name, who asks,
-- and for how many milliseconds that one may load before another may.
-- The answer: the version; then 'kept' and what is kept, or 'load', or 'wait' while somebody else loads.
local version = redis.call('GET', KEYS[1])
if not version then
    version = ARGV[1]
    redis.call('SET', KEYS[1], version, 'EX', 86400)
end
local place = KEYS[1] .. ':' .. version .. ':' .. ARGV[2]
local kept = redis.call('GET', place)
if kept then
    return {version, 'kept', kept}
end
if redis.call('SET', place .. ':loading', ARGV[3], 'NX', 'PX', ARGV[4]) then
    return {version, 'load'}
end
return {version, 'wait'}
