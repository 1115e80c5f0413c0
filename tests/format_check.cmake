# cmake -D ROOT=<project> -D CLANG_FORMAT=<program> -P format_check.cmake
# Every C++ file of src and tests is formatted as .clang-format says; otherwise the files are listed.
cmake_minimum_required(VERSION 3.25)

if(NOT CLANG_FORMAT)
    message(FATAL_ERROR "format: clang-format-19 is not installed: apt-get install clang-format-19, then configure again")
endif()
file(GLOB_RECURSE files RELATIVE "${ROOT}" "${ROOT}/src/*.[ch]pp" "${ROOT}/tests/*.[ch]pp")
execute_process(COMMAND "${CLANG_FORMAT}" --dry-run -Werror ${files}
    WORKING_DIRECTORY "${ROOT}" RESULT_VARIABLE result ERROR_VARIABLE output)
if(NOT result EQUAL 0)
    string(REGEX MATCHALL "(src|tests)/[^\n:]+:[0-9]+:[0-9]+: error" places "${output}")
    list(TRANSFORM places REPLACE ":.*" "")
    list(REMOVE_DUPLICATES places)
    list(JOIN places "\n    " names)
    message(FATAL_ERROR "format: clang-format-19 -i is needed for\n    ${names}")
endif()
