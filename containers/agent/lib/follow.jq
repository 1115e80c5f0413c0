# Claude Code's stream-json, a line at a time, to lines for the entrypoint:
#   .           a sign of life of the model or of a tool
#   L TEXT      a line for the log
#   R N         the API has refused the key for the Nth time
#   S JSON      all that is known so far; what result.jq makes its answer from if this is the last
#   E           the line $end_of_stream has come
# A line that is no event goes into the log, shortened, and changes nothing.

def shortened($n): if length > $n then .[:$n] + " ..." else . end;
def without_control: explode | map(if . < 32 or (. > 126 and . < 160) then 32 else . end) | implode;
def one_line($n): tostring | .[:4 * $n] | without_control | gsub(" +"; " ") | shortened($n);

# What a tool is asked for, in one line: its command, file or pattern.
def asked:
    (.input | objects // {}) as $input
    | ($input.command // $input.file_path // $input.notebook_path // $input.pattern // $input.url // $input.query // $input.skill
        // $input.description // ($input | tojson))
    | one_line(300);

# The text of a tool's result, which is a string or a list of blocks.
def said: if type == "array" then map(.text? // "[\(.type? // "something")]") | join(" ") else . // "" | tostring end;

def who: if .parent_tool_use_id then "  | " else "" end;
def blocks: .message.content | if type == "string" then [{type: "text", text: .}] else arrays // [] end | .[] | objects;

def shown:
    who as $who
    | if .type == "system" and .subtype == "init" then
        "agent: Claude Code \(.claude_code_version // "") with \(.model // "its own model") in \(.cwd // "?")"
    elif .type == "system" and .subtype == "api_retry" then
        "agent: the API " + (if .error_status then "answered \(.error_status) (\(.error // "error"))" else "did not answer, or broke off" end)
        + "; attempt \((.attempt // 0) + 1) of \((.max_retries // 0) + 1) in \((.retry_delay_ms // 0) / 100 | round / 10) s"
    elif .type == "system" and .subtype == "permission_denied" then "\($who)  ! not allowed: \(.tool_name // "a tool")"
    elif .type == "assistant" then
        blocks
        | if .type == "text" then .text | split("\n") | .[] | select(. != "") | "\($who)claude: \(shortened(2000))"
        elif .type == "tool_use" then "\($who)  > \(.name): \(asked)"
        else empty end
    elif .type == "user" then
        blocks | select(.type == "tool_result")
        | if .is_error then "\($who)  ! \(.content | said | one_line(500))" else "\($who)  = \(.content | said | one_line(160))" end
    else empty end;

# api_retry and status come while nobody answers, so they are no life.
def alive: .type != null and (.type == "system" and (.subtype == "api_retry" or .subtype == "status") | not);

def remember($event):
    if $event.type == "stream_event" then
        ($event.event | objects // {}) as $inner
        | if $inner.type == "message_start" then
            ($inner.message.usage // {}) as $usage
            | .input = (.input // 0) + ($usage.input_tokens // 0) + ($usage.cache_creation_input_tokens // 0) + ($usage.cache_read_input_tokens // 0)
        # Only an answer that came to its end has one; the CLI makes up a message_stop for one that broke off.
        elif $inner.type == "message_delta" then
            .turns = (.turns // 0) + 1 | .output = (.output // 0) + ($inner.usage.output_tokens // 0) | del(.retry)
        else . end
    elif $event.type == "system" and $event.subtype == "api_retry" then .retry = ($event | {attempt, error_status, error})
    elif $event.type == "assistant" then
        # The words for an error of the API come as a message of the model "<synthetic>".
        if $event.message.model == "<synthetic>" then .
        else
            ([$event | blocks | select(.type == "text").text] | join("\n")) as $text
            | (if $text == "" or $event.parent_tool_use_id then . else .text = ($text | shortened(8000)) end)
            | .tool = ([$event | blocks | select(.type == "tool_use").name] | last // null)
        end
    elif $event.type == "user" then .tool = null | del(.retry)
    elif $event.type == "result" then
        .result = ($event | {subtype, is_error, num_turns, total_cost_usd, modelUsage, usage, api_error_status, terminal_reason,
            denied: ([.permission_denials // [] | .[] | .tool_name // "a tool"] | unique),
            result: (.result // "" | tostring | shortened(20000)), errors: (.errors // [] | tostring | shortened(2000))})
        # One for each time that something in the background woke it.
        | .result_turns = (.result_turns // 0) + ($event.num_turns // 0)
    else . end;

foreach inputs as $line ({state: {}};
    ($line | fromjson? // null) as $event
    | .before = .state
    | if ($event | type) == "object" then .event = $event | .state = (.before as $known | $known | try remember($event) catch $known)
    else .event = null | .line = $line end;
    if .event then
        (.event
            | (if alive then "." else empty end),
            # Without control characters nothing in it can be taken for another line to the entrypoint.
            ((try shown catch "agent: an event that cannot be read: \(.)") | "L " + without_control),
            (if .subtype == "api_retry" and (.error_status == 401 or .error_status == 403) then "R \(.attempt // 0)" else empty end)),
        (if .state != .before then "S " + (.state | tojson) else empty end)
    elif .line == $end_of_stream then "E"
    else .line | select(test("[^[:space:]]")) | "L claude: " + one_line(500) end)
