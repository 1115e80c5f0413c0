-- For wrk: GitHub's webhook of an opened pull request, 8 KB of compact JSON as GitHub sends it. Each has a number, a delivery id
-- and so a signature of its own: one that repeats another is a duplicate, and nothing would be written down. They are written
-- into one buffer in place, and signed by libcrypto, so that the load costs little.
local ffi = require("ffi")
ffi.cdef [[
const void *EVP_sha256(void);
unsigned char *HMAC(const void *digest, const void *key, int key_size, const unsigned char *text, size_t size,
                    unsigned char *out, unsigned int *out_size);
]]
local crypto = ffi.load("libcrypto.so.3")
local size = 8192
local secret = os.getenv("SECRET")
local number = tonumber(os.getenv("FIRST") or 10000000) - 1 -- wrk takes one to look at and does not send it
local limit = number + 1 + tonumber(os.getenv("LIMIT") or math.huge)
local pause = tonumber(os.getenv("PAUSE"))

-- A repository of GitHub's has some forty of these; the payload of the tests was spared them.
local function links(room)
    local text = {}
    while room > 200 do
        text[#text + 1] = string.format('"more_%02d_url": "https://api.github.com/repos/acme/widgets/more{/number}", ', #text)
        room = room - #text[#text]
    end
    local last = '"last_url": "", '
    return table.concat(text) .. last:gsub('""', '"' .. ("x"):rep(room - #last) .. '"')
end

local function read_payload()
    local file = assert(io.open(os.getenv("PAYLOAD")))
    local text = file:read("*a"):gsub("\n%s*", "")
    file:close()
    text = text:gsub('"number": %d+', '"number": 10000000')
    return (text:gsub('"repository": {', '"repository": {' .. links(size - #text), 1))
end

local body = read_payload()
local head = table.concat({
    "POST " .. wrk.path .. " HTTP/1.1",
    "Host: bench",
    "User-Agent: GitHub-Hookshot/bench",
    "Content-Type: application/json",
    "Content-Length: " .. #body,
    "X-GitHub-Event: pull_request",
    "X-GitHub-Delivery: 00000000-0000-4000-8000-000010000000",
    "X-Hub-Signature-256: sha256=" .. ("0"):rep(64),
}, "\r\n") .. "\r\n\r\n"
local whole = head .. body
local buffer = ffi.new("unsigned char[?]", #whole + 1)
ffi.copy(buffer, whole)

local function places_of(text)
    local found, from = {}, 1
    while true do
        local first, last = whole:find(text, from, true)
        if not first then return found end
        found[#found + 1] = last - 8
        from = last + 1
    end
end
local numbers = places_of("000010000000")
for _, place in ipairs(places_of('"number": 10000000')) do numbers[#numbers + 1] = place end
local signature = whole:find("sha256=", 1, true) + 6
local digits = ffi.new("unsigned char[16]", "0123456789abcdef")
local digest = ffi.new("unsigned char[32]")

local nothing = "GET /livez HTTP/1.1\r\nHost: bench\r\n\r\n"

function request()
    if number >= limit then return nothing end
    local rest = number
    for digit = 7, 0, -1 do
        for _, place in ipairs(numbers) do buffer[place + digit] = 48 + rest % 10 end
        rest = math.floor(rest / 10)
    end
    crypto.HMAC(crypto.EVP_sha256(), secret, #secret, buffer + #head, #body, digest, nil)
    for i = 0, 31 do
        buffer[signature + 2 * i] = digits[math.floor(digest[i] / 16)]
        buffer[signature + 2 * i + 1] = digits[digest[i] % 16]
    end
    number = number + 1
    return ffi.string(buffer, #whole)
end

if pause then
    function delay() return math.random(0, 2 * pause) end
end

function done(summary, latency)
    local seconds = summary.duration / 1e6
    local errors = summary.errors
    print(string.format("result %d %.1f %.3f %.3f %d", summary.requests, summary.requests / seconds,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000,
        errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
