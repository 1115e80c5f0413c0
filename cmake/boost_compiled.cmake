# Asio, Beast and Process are compiled once, in one source file each, and every other file sees declarations only. Together
# with the precompiled header this takes a full build on two cores from tens of minutes to a few.
set(_dir "${CMAKE_BINARY_DIR}/boost_compiled")
file(WRITE "${_dir}/asio.cpp.in" "#include <boost/asio/impl/src.hpp>\n")
file(WRITE "${_dir}/asio_ssl.cpp.in" "#include <boost/asio/ssl/impl/src.hpp>\n")
file(WRITE "${_dir}/beast.cpp.in" "#include <boost/beast/src.hpp>\n")
# Process 1.81 uses Asio's throw_error without including it.
file(WRITE "${_dir}/process.cpp.in" "#include <boost/asio/detail/throw_error.hpp>\n#include <boost/process/v2/src.hpp>\n")
foreach(_part asio asio_ssl beast process)
    configure_file("${_dir}/${_part}.cpp.in" "${_dir}/${_part}.cpp" COPYONLY)
endforeach()

add_library(boost_compiled STATIC ${_dir}/asio.cpp ${_dir}/asio_ssl.cpp ${_dir}/beast.cpp ${_dir}/process.cpp)
target_compile_definitions(boost_compiled PUBLIC
    BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
    BOOST_BEAST_SEPARATE_COMPILATION
    BOOST_PROCESS_V2_SEPARATE_COMPILATION)
target_link_libraries(boost_compiled PUBLIC Boost::headers Boost::filesystem Boost::json Boost::url OpenSSL::SSL
    OpenSSL::Crypto Threads::Threads)
set_target_properties(boost_compiled PROPERTIES CXX_CLANG_TIDY "")  # not ours to check
