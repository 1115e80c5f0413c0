#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

/// Stands for libFuzzer in the ordinary tests: gives every file below the folders of the command line to the target,
/// and the empty input. Names each before it runs, so that the last name is the one that failed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) files.push_back(entry.path());
    return files;
}

bool run(const std::filesystem::path& file) {
    std::cout << file.string() << std::endl;  // NOLINT(performance-avoid-endl): it may be the last that is heard
    std::ifstream in(file, std::ios::binary);
    // A copy of exactly this size: AddressSanitizer sees a read past it.
    const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
    if (in.bad()) return false;
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    return true;
}

}  // namespace

int main(int count, char** arguments) {
    const std::vector<std::filesystem::path> folders(arguments + 1, arguments + count);
    if (folders.empty()) {
        std::cerr << "usage: " << arguments[0] << " CORPUS-FOLDER...\n";
        return 2;
    }
    const std::uint8_t nothing = 0;
    LLVMFuzzerTestOneInput(&nothing, 0);
    for (const auto& folder : folders) {
        const auto files = files_below(folder);
        if (files.empty()) {
            std::cerr << folder.string() << ": there is no input here\n";
            return 1;
        }
        for (const auto& file : files) {
            if (run(file)) continue;
            std::cerr << file.string() << ": cannot be read\n";
            return 1;
        }
    }
}
