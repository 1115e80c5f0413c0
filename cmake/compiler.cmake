# Which compilers build Familiar, and the language it is written in.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    message(FATAL_ERROR
        "GCC ${CMAKE_CXX_COMPILER_VERSION} miscompiles C++20 coroutines without a warning (temporaries in an expression "
        "with co_await are destroyed twice). Use clang 19 (CXX=clang++-19, or one of the presets) or GCC 13 and newer.")
endif()
