# Warnings for our own code; FAMILIAR_WERROR makes them errors (the presets that CI uses set it).
option(FAMILIAR_WERROR "Treat warnings as errors" OFF)

add_library(familiar_warnings INTERFACE)
target_compile_options(familiar_warnings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
    $<$<BOOL:${FAMILIAR_WERROR}>:-Werror>)
