-- Keeps what was loaded, and ends the loading if it is still the asker's own.
-- KEYS: where the version of the namespace is kept. ARGV: the version it was loaded under, the name, who asks, and then what
-- was loaded and for how many milliseconds it is kept; or nothing more when loading failed.
local place = KEYS[1] .. ':' .. ARGV[1] .. ':' .. ARGV[2]
if ARGV[4] then
    redis.call('SET', place, ARGV[4], 'PX', ARGV[5])
end
if redis.call('GET', place .. ':loading') == ARGV[3] then
    redis.call('DEL', place .. ':loading')
end
return 1
