-- The generic cell rate algorithm, for as many keys as are given, in their order, by the server's own clock.
-- Of each key ARGV has two numbers: the microseconds that one request takes of the allowance, and how many may come at once.
-- A key holds the instant at which its whole allowance is free again. It is kept no longer than that.
-- Each answer is three numbers: 1 or 0 for let through or not, how many more may come now, and microseconds: until the whole
-- allowance is free again, or, of one that is refused, until the next is let through.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local answers = {}
for index, key in ipairs(KEYS) do
    local cost = tonumber(ARGV[2 * index - 1])
    local allowance = cost * ARGV[2 * index]
    local free_at = tonumber(redis.call('GET', key) or 0)
    free_at = math.min(math.max(free_at, now), now + allowance)
    local taken = free_at - now + cost
    if taken > allowance then
        answers[#answers + 1] = 0
        answers[#answers + 1] = 0
        answers[#answers + 1] = taken - allowance
    else
        redis.call('SET', key, string.format('%.0f', now + taken), 'PX', math.ceil(taken / 1000))
        answers[#answers + 1] = 1
        answers[#answers + 1] = math.floor((allowance - taken) / cost)
        answers[#answers + 1] = taken
    end
end
return answers
