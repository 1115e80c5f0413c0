// The entry point of every test executable: the library is shared, so the module only needs a name and a main().
#include <boost/test/unit_test.hpp>

#include <csignal>

namespace {
bool initialise() {
    // As in the server: a peer that hangs up is an error code, not the end of the process.
    std::signal(SIGPIPE, SIG_IGN);
    return true;
}
}  // namespace

int main(int argc, char** argv) {
    return boost::unit_test::unit_test_main(&initialise, argc, argv);
}
