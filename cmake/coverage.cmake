# FAMILIAR_COVERAGE: clang's source-based coverage, the kind that sees coroutine bodies. The target `coverage-report` runs
# the tests and prints the lines of src that they reached; it fails below FAMILIAR_COVERAGE_MIN percent.
option(FAMILIAR_COVERAGE "Instrument for coverage" OFF)
set(FAMILIAR_COVERAGE_MIN 90 CACHE STRING "Line coverage of src that coverage-report asks for, in percent")

if(FAMILIAR_COVERAGE)
    add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
    add_link_options(-fprofile-instr-generate)
    add_custom_target(coverage-report
        COMMAND "${CMAKE_SOURCE_DIR}/cmake/coverage.sh" "${CMAKE_SOURCE_DIR}" "${CMAKE_BINARY_DIR}" ${FAMILIAR_COVERAGE_MIN}
        USES_TERMINAL VERBATIM)
endif()
