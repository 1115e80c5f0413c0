#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <system_error>
#include <unistd.h>
#include <vector>

// flush FILE COUNT: appends 8 KB to FILE and waits for fsync, COUNT times one after the other, and prints the median
// and the 99th percentile in milliseconds. It is what a disk takes for one webhook that somebody writes down by hand.
namespace {

constexpr std::size_t block_size = 8192;

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

double milliseconds_of_one(int file) {
    static const std::array<char, block_size> block{};
    const auto began = std::chrono::steady_clock::now();
    if (::write(file, block.data(), block.size()) != ssize_t(block.size())) fail("write");
    if (::fsync(file) != 0) fail("fsync");
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
}

void measure(const char* path, std::size_t count) {
    const int file = ::open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0) fail(path);
    std::vector<double> times(count);
    std::ranges::generate(times, [file] { return milliseconds_of_one(file); });
    ::close(file);
    ::unlink(path);

    std::ranges::sort(times);
    std::printf("%.3f %.3f\n", times[(count - 1) / 2], times[(count - 1) * 99 / 100]);
}

}  // namespace

int main(int count, char** arguments) try {
    if (count != 3) throw std::invalid_argument("usage: flush FILE COUNT");
    measure(arguments[1], std::max<std::size_t>(std::stoul(arguments[2]), 1));
    return 0;
} catch (const std::exception& failure) {
    std::fprintf(stderr, "flush: %s\n", failure.what());
    return 1;
}
