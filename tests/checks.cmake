# The checks over the sources themselves, and over what the server is deployed with.
get_property(_table GLOBAL PROPERTY FAMILIAR_INCLUDE_TABLE)
list(JOIN _table "\n" _table)
set(_table_file "${CMAKE_BINARY_DIR}/include_table.txt")
file(CONFIGURE OUTPUT "${_table_file}" CONTENT "${_table}\n" @ONLY)

set(_include_check "${CMAKE_CURRENT_SOURCE_DIR}/include_check.cmake")
add_test(NAME include_check
    COMMAND "${CMAKE_COMMAND}" -D "SOURCE=${CMAKE_SOURCE_DIR}/src" -D "TABLE=${_table_file}" -P "${_include_check}")
add_test(NAME include_check_test
    COMMAND "${CMAKE_COMMAND}" -D "CHECK=${_include_check}" -D "WORK=${CMAKE_CURRENT_BINARY_DIR}/include_check_test"
        -P "${CMAKE_CURRENT_SOURCE_DIR}/include_check_test.cmake")

find_program(CLANG_FORMAT_19 clang-format-19)
add_test(NAME format
    COMMAND "${CMAKE_COMMAND}" -D "ROOT=${CMAKE_SOURCE_DIR}" -D "CLANG_FORMAT=${CLANG_FORMAT_19}"
        -P "${CMAKE_CURRENT_SOURCE_DIR}/format_check.cmake")

set(_containers "${CMAKE_SOURCE_DIR}/containers")
add_test(NAME service_unit
    COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/service_unit.sh" "${_containers}/familiar.service" "$<TARGET_FILE:familiar>")
add_test(NAME compose_file COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/compose_file.sh" "${_containers}")
add_test(NAME example_configurations
    COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/example_configurations.sh" "${_containers}" "$<TARGET_FILE:familiar>")

set_tests_properties(include_check include_check_test format service_unit compose_file example_configurations
    PROPERTIES TIMEOUT 120 LABELS check)
