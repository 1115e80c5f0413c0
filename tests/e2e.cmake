# End to end: the real binary, a real engine, a real git server. e2e/*.cpp are one executable; each file holds one test suite,
# named like the file, and is a CTest of its own, e2e_<file>. What the files share is in e2e/support/; the parts of the chaos
# test are in e2e/chaos/, those of the soak test in e2e/soak/.

# Everything that uses the engine comes between the set-up and the clean-up of the fixture `engine`.
add_test(NAME demo_image
    COMMAND "${CMAKE_SOURCE_DIR}/containers/demo-agent/build-image.sh" "${CMAKE_SOURCE_DIR}/build/cache")
set_tests_properties(demo_image PROPERTIES FIXTURES_SETUP engine RESOURCE_LOCK engine TIMEOUT 600)

# The images that people get, built from the same Dockerfiles, and the scenarios that run them. The server's is compiled anew
# for it, which takes minutes: it begins first of all, beside tests that mostly wait, and gets what these leave of the machine.
set(_scenarios_with_server server_image deployment)
set(_scenarios_with_agent agent_image claude_code)
foreach(_image server agent)
    add_test(NAME test_${_image}_image
        COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/e2e/images.sh" "${CMAKE_SOURCE_DIR}/build/cache" ${_image})
    set_tests_properties(test_${_image}_image PROPERTIES FIXTURES_SETUP ${_image}_image TIMEOUT 1500)
endforeach()
set_tests_properties(test_server_image PROPERTIES COST 1000)

file(GLOB _scenarios CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/e2e/*.cpp")
file(GLOB _shared CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/e2e/support/*.cpp"
    "${CMAKE_CURRENT_SOURCE_DIR}/e2e/chaos/*.cpp" "${CMAKE_CURRENT_SOURCE_DIR}/e2e/soak/*.cpp")

# In the names of containers and folders, so that two build trees can be tested at the same time.
string(MD5 _mark "${CMAKE_BINARY_DIR}")
string(SUBSTRING "${_mark}" 0 6 _mark)

# What a run that was broken off has left is no fault of this one.
add_test(NAME clean_place COMMAND "${CMAKE_COMMAND}" -E rm -rf "/tmp/familiar-e2e-${_mark}")
set_tests_properties(clean_place PROPERTIES FIXTURES_SETUP engine)

add_executable(e2e ${_scenarios} ${_shared})
target_precompile_headers(e2e REUSE_FROM familiar_test_support)
target_link_libraries(e2e PRIVATE familiar_core familiar_test_support SQLiteCpp SQLite::SQLite3)
target_compile_definitions(e2e PRIVATE FAMILIAR_BINARY="$<TARGET_FILE:familiar>" FAMILIAR_TEST_MARK="${_mark}"
    FAMILIAR_SANITIZE="${FAMILIAR_SANITIZE}")
add_dependencies(e2e familiar)

foreach(_scenario IN LISTS _scenarios)
    cmake_path(GET _scenario STEM _name)
    add_test(NAME e2e_${_name} COMMAND e2e --run_test=${_name} --log_level=message)
    set_tests_properties(e2e_${_name} PROPERTIES TIMEOUT 600 LABELS e2e)
    if(_name STREQUAL "left_behind")
        # The last word: nothing of what ran before is left.
        set_tests_properties(e2e_${_name} PROPERTIES FIXTURES_CLEANUP engine DEPENDS "test_server_image;test_agent_image")
    else()
        set(_fixtures engine)
        foreach(_image server agent)
            if(_name IN_LIST _scenarios_with_${_image})
                list(APPEND _fixtures ${_image}_image)
            endif()
        endforeach()
        set_tests_properties(e2e_${_name} PROPERTIES FIXTURES_REQUIRED "${_fixtures}")
    endif()
endforeach()

# Two minutes of chaos and the time until all is done, on an engine of its own. Nothing else has a place beside it.
set_tests_properties(e2e_chaos PROPERTIES TIMEOUT 900 RUN_SERIAL TRUE)
