# The last line of the log, from result.json.
"agent: " + .outcome + (if .reason then ": " + .reason else "" end) + " ("
+ ([(.turns // empty | "\(.) turn" + (if . == 1 then "" else "s" end)),
    (.cost_usd // empty | "\(. * 10000 | round / 10000) USD"),
    "\($seconds) s"] | join(", "))
+ ")"
