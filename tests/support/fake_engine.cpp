#include "support/fake_engine.hpp"

#include <algorithm>

namespace fs = std::filesystem;

namespace familiar::test {

namespace {

std::string first_line(const fs::path& file) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return line;
}

}  // namespace

fake_engine::fake_engine() : docker_(". '" FAMILIAR_SOURCE_DIR "/tests/support/fake_engine.sh'") {
    for (const auto* folder : {"images", "containers", "on"}) fs::create_directory(docker_ / folder);
    write("events", "");
    write("calls", "");
    add_image("agent", "familiar.agent.api=1\n");
}

void fake_engine::on(const std::string& command, const std::string& snippet) {
    write(fs::path("on") / command, snippet + "\n");
}

void fake_engine::agent(const std::string& snippet) {
    write("agent", snippet + "\n");
}

void fake_engine::add_image(const std::string& name, const std::string& labels) {
    write(fs::path("images") / name, labels);
}

void fake_engine::add_container(const std::string& name, const std::map<std::string, std::string>& labels,
                                const std::string& status, const std::string& started_at) {
    const auto at = fs::path("containers") / name;
    fs::create_directory(docker_ / at);
    std::string text;
    for (const auto& [key, value] : labels) text += key + "=" + value + "\n";
    write(at / "labels", text);
    write(at / "mounts", "");
    write(at / "image", "agent\n");
    write(at / "code", "0\n");
    write(at / "log", name + " printed this\n");
    if (status != "created") write(at / "started", started_at + "\n");
    write(at / "status", status + "\n");
}

void fake_engine::print(const std::string& name, const std::string& text) {
    std::ofstream(docker_ / ("containers/" + name + "/log"), std::ios::app) << text;
}

void fake_engine::end(const std::string& name, int exit_code) {
    const auto at = fs::path("containers") / name;
    write(at / "code", std::to_string(exit_code) + "\n");
    write(at / "status", "exited\n");
    std::ofstream(docker_ / "events", std::ios::app)
        << R"({"Action":"die","Actor":{"Attributes":{"name":")" + name + "\"}}}\n";
}

void fake_engine::lose(const std::string& name) const {
    fs::remove_all(docker_ / ("containers/" + name));
}

std::vector<std::string> fake_engine::calls(const std::string& beginning) const {
    std::ifstream in(docker_ / "calls");
    std::vector<std::string> found;
    for (std::string line; std::getline(in, line);)
        if (line.starts_with(beginning)) found.push_back(line);
    return found;
}

std::vector<std::string> fake_engine::containers() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(docker_ / "containers")) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

std::vector<std::string> fake_engine::running() const {
    auto names = containers();
    std::erase_if(names, [this](const auto& name) {
        return first_line(docker_ / ("containers/" + name + "/status")) != "running";
    });
    return names;
}

void fake_engine::printed_last(const std::string& name, core::wall_time when) const {
    fs::last_write_time(docker_ / ("containers/" + name + "/log"), fs::file_time_type::clock::from_sys(when));
}

/// In one step, so that a call that reads it meanwhile finds the old or the new.
void fake_engine::write(const fs::path& name, const std::string& text) const {
    const auto part = docker_ / "part";
    std::ofstream(part) << text;
    fs::rename(part, docker_ / name);
}

}  // namespace familiar::test
