#pragma once

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// HTTP as a forge or a monitor speaks it to the server, one connection a request, blocking.
namespace familiar::test {

using header_fields = std::vector<std::pair<std::string, std::string>>;

struct answer {
    unsigned status = 0;
    std::string head{};  ///< status line and header
    std::string body{};

    /// The body as an object. Throws if it is none.
    boost::json::object json() const;
    /// A field of that object that is a string; empty without one.
    std::string field(const char* name) const;
};

inline constexpr std::chrono::seconds usual_patience{30};
inline constexpr auto this_machine = "127.0.0.1";

/// A connection to a server, usually on this machine. Throws if there is none to be had.
class connection {
public:
    explicit connection(std::uint16_t port, std::chrono::seconds patience = usual_patience,
                        const std::string& address = this_machine);
    ~connection();
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    /// Sends as much as the other side takes.
    void send(const std::string& bytes);
    /// Everything up to the end of the stream. Throws if nothing comes for longer than the patience.
    std::string receive_all();
    /// What has come by now, or the next that does; empty at the end of the stream. Likewise.
    std::string receive_some();

private:
    int socket_;
};

enum class afterwards { close, keep_open };

/// A request's text, with Host, Content-Length (if there is a body) and Connection.
std::string request_text(const std::string& method, const std::string& path, const header_fields& header,
                         const std::string& body, afterwards connection = afterwards::close);

/// Throws if there is no answer.
answer request(std::uint16_t port, const std::string& method, const std::string& path, const header_fields& header = {},
               const std::string& body = {}, std::chrono::seconds patience = usual_patience,
               const std::string& address = this_machine);

}  // namespace familiar::test
