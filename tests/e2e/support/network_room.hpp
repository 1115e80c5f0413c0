#pragma once

namespace familiar::test {

/// A network apart from the machine's, for a test that needs bridges, firewall rules and published ports. While it
/// lives, whatever the thread that made it starts is in there: processes, threads, servers. Needs root. There is no way
/// out of it; nothing of it is left afterwards, and a failure to make it throws.
class network_room {
public:
    network_room();
    ~network_room();
    network_room(const network_room&) = delete;
    network_room& operator=(const network_room&) = delete;

    /// Of this side: what listens there can be reached from every container on a bridge.
    static constexpr auto address = "10.99.0.1";

private:
    void leave();

    int before_;  ///< the network to go back to
};

}  // namespace familiar::test
