# result.json from what follow.jq remembered ($state) and what the entrypoint knows: $cause and $reason if nothing was run,
# $ended_by, $exit_code, $last_words, the bounds, and the agent's own result.json in $reported.

def words: if . == "" then "" else ": " + . end;
def one_line($n): gsub("[[:space:][:cntrl:]]+"; " ") | if length > $n then .[:$n] + " ..." else . end | sub("^ "; "") | sub(" $"; "");
def failure($cause; $reason): {outcome: "failed", cause: $cause, reason: $reason};
def signal_name: {"6": "SIGABRT", "9": "SIGKILL", "11": "SIGSEGV", "15": "SIGTERM"}[tostring] // "signal \(.)";

($state[0] // {}) as $s
| ($s.result // {}) as $r
| (($s.retry.attempt // 0) + 1) as $attempts
| (if $attempts > 1 then " after \($attempts) attempts" else "" end) as $after

# What the API's last answer means; $text is how the CLI puts it.
| def of_status($status; $text):
    if $status == 401 or $status == 403 then failure("authentication"; "the API refused the key (\($status))")
    elif $status == 429 then failure("rate_limit"; "the API's rate limit was reached (429)\($after)")
    elif $status == 529 then failure("overloaded"; "the API was overloaded (529)\($after)")
    elif $status >= 500 then failure("api_error"; "the API failed (\($status))\($after)")
    else failure("api_error"; "the API refused the request (\($status))\($text | words)") end;

def of_result:
    # Advice for somebody at a terminal is none here.
    ($r.result | sub("^API Error: "; "") | sub(" Run --model .*$"; " (CLAUDE_MODEL in agents.env)") | one_line(300)) as $text
    | if $r.subtype == "error_max_turns" then failure("max_turns"; "stopped after \($max_turns) turns")
    elif $r.subtype == "error_max_budget_usd" then failure("max_cost"; "spent more than \($max_cost) USD")
    elif $r.is_error != true then
        if ($r.denied | length) > 0 then failure("denied"; "was not allowed to use " + ($r.denied | join(", "))) else {outcome: "succeeded"} end
    elif ($r.api_error_status | type) == "number" then of_status($r.api_error_status; $text)
    elif $text | test("timed out|stream idle"; "i") then failure("api_timeout"; "the API did not answer in time\($after)")
    elif $text | test("refused|ENOTFOUND|EAI_AGAIN|resolve|certificate"; "i") then
        failure("api_error"; "the API could not be reached\($after)" + ($text | words))
    elif $text | test("connection|ECONN|socket|fetch failed|network"; "i") then
        failure("api_error"; "the connection to the API broke off\($after)" + ($text | words))
    elif $r.terminal_reason == "api_error" then failure("api_error"; "the API could not be used" + ($text | words))
    else failure("crashed"; "Claude Code failed" + ((if $text != "" then $text else $r.errors | one_line(300) end) | words)) end;

def of_silence:
    "no sign of life from Claude Code for \($silence) s" as $silent
    | if ($s.retry.error_status | type) == "number" then of_status($s.retry.error_status; $s.retry.error // "")
    elif $s.retry then failure("api_timeout"; "the API did not answer for \($silence) s")
    elif $s.tool then failure("crashed"; "\($silent) while it used \($s.tool)")
    else failure("api_timeout"; $silent) end;

def of_exit:
    ($exit_code | tonumber? // 0) as $code
    | ($last_words | one_line(300) | words) as $said
    | if $code > 128 then failure("crashed"; "Claude Code was ended by \($code - 128 | signal_name)\($said)")
    else failure("crashed"; "Claude Code ended without a result (exit code \($code))\($said)") end;

# A result of before the end stands, unless the end is what it was about.
(if $cause != "" then failure($cause; $reason)
    elif $ended_by == "refused" then of_status($s.retry.error_status // 401; "")
    elif $ended_by == "term" then {outcome: "failed", reason: "it was told to stop"}
    elif $ended_by == "int" then {outcome: "failed", reason: "it was interrupted"}
    elif $s.result then of_result
    elif $ended_by == "silence" then of_silence
    else of_exit end) as $judged

| ($reported | fromjson? | objects) // {} | . as $own
| (if $judged.outcome == "succeeded" and ($own.outcome == "failed" or $own.outcome == "failure")
    then {outcome: "failed", reason: ($own.reason | strings // "the agent reports that it failed")} else $judged end)
+ {summary: (($own.summary | strings | select(. != "")) // (if $r.is_error == false then $r.result else null end | strings | select(. != "")) // $s.text // ""
    | if length > 20000 then .[:20000] + " ..." else . end)}
+ (if ($r.total_cost_usd | type) == "number" then {cost_usd: $r.total_cost_usd} else {} end)
# The CLI counts the call that it no longer makes.
+ (if $judged.cause == "max_turns" then {turns: ($max_turns | tonumber)} elif $s.result_turns then {turns: $s.result_turns} elif $s.turns then {turns: $s.turns} else {} end)
# Input is all that the model read, from its cache or not. modelUsage has every model and every subagent of the whole run.
+ ([$r.modelUsage // {} | .[]] as $models
    | if ($models | length) > 0 then
        {tokens: {input: ([$models[] | (.inputTokens // 0) + (.cacheReadInputTokens // 0) + (.cacheCreationInputTokens // 0)] | add),
            output: ([$models[].outputTokens // 0] | add)}}
    elif $s.input then {tokens: {input: $s.input, output: ($s.output // 0)}}
    else {} end)
