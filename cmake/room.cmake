# familiar_room(NAME [LINK targets...]): the static library familiar_NAME from src/NAME/*.cpp.
# Rooms share one precompiled header, so all of them are compiled with the same flags and definitions.
add_library(familiar_pch OBJECT "${CMAKE_SOURCE_DIR}/cmake/pch.cpp")
target_precompile_headers(familiar_pch PUBLIC "${CMAKE_SOURCE_DIR}/cmake/pch.hpp")
target_link_libraries(familiar_pch PUBLIC boost_compiled familiar_warnings)

# familiar_may_include(ROOM rooms...): one row of the table that tests/include_check.cmake reads.
function(familiar_may_include ROOM)
    list(JOIN ARGN " " _allowed)
    set_property(GLOBAL APPEND PROPERTY FAMILIAR_INCLUDE_TABLE "${ROOM}: ${_allowed}")
endfunction()

function(familiar_room NAME)
    cmake_parse_arguments(ROOM "" "" "LINK" ${ARGN})
    if(NAME STREQUAL "core")
        set(_common "")
    elseif(NAME STREQUAL "observe")
        set(_common familiar_core)
    else()
        set(_common familiar_core familiar_observe)
    endif()
    list(APPEND ROOM_LINK ${_common})

    file(GLOB _sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${NAME}/*.cpp")
    add_library(familiar_${NAME} STATIC ${_sources})
    target_include_directories(familiar_${NAME} PUBLIC "${CMAKE_SOURCE_DIR}/src")
    target_precompile_headers(familiar_${NAME} REUSE_FROM familiar_pch)
    target_link_libraries(familiar_${NAME} PUBLIC boost_compiled ${ROOM_LINK} PRIVATE familiar_warnings)

    set(_rooms ${ROOM_LINK})
    list(FILTER _rooms INCLUDE REGEX "^familiar_")
    list(TRANSFORM _rooms REPLACE "^familiar_" "")
    familiar_may_include(${NAME} ${_rooms})
endfunction()
