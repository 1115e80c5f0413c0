# The target `demo`: a signed webhook goes all the way to a finished agent, on this machine alone.
add_custom_target(demo
    COMMAND "${CMAKE_SOURCE_DIR}/containers/demo-agent/demo.sh" "$<TARGET_FILE:familiar>" "${CMAKE_SOURCE_DIR}/build/cache"
    USES_TERMINAL VERBATIM)
