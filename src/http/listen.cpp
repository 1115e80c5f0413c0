#include "http/listen.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/v6_only.hpp>

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace familiar::http {

namespace {

core::result<asio::ip::address> find_address(asio::any_io_executor executor, const std::string& host) {
    error_code failed;
    const auto address = asio::ip::make_address(host, failed);
    if (!failed) return address;
    tcp::resolver resolver(executor);
    const auto found = resolver.resolve(host, "", tcp::resolver::passive, failed);
    if (failed || found.empty())
        return core::fail(core::errc::invalid, "cannot listen on \"" + host +
                                                   "\": it is neither an address nor a name "
                                                   "that resolves (" +
                                                   failed.message() + "); 0.0.0.0 is every interface");
    return found.begin()->endpoint().address();
}

core::error explain(error_code failed, const std::string& place) {
    const auto sentence = "cannot listen on " + place + ": " + failed.message();
    if (failed == asio::error::address_in_use)
        return core::fail(
            core::errc::conflict,
            sentence + "; another program (or another familiar) has it: stop that or choose another port");
    if (failed == asio::error::access_denied)
        return core::fail(
            core::errc::invalid,
            sentence + "; ports below 1024 need the capability CAP_NET_BIND_SERVICE: choose a higher one");
    if (failed == boost::system::errc::address_not_available)
        return core::fail(core::errc::invalid,
                          sentence + "; no interface of this machine has that address: 0.0.0.0 is every interface");
    return core::fail(core::errc::unavailable, sentence);
}

}  // namespace

core::result<std::uint16_t> open_listener(tcp::acceptor& acceptor, const std::string& host, std::uint16_t port) {
    const auto address = find_address(acceptor.get_executor(), host);
    if (!address) return address.error();
    const tcp::endpoint wanted(*address, port);
    const auto place =
        (address->is_v6() ? "[" + address->to_string() + "]" : address->to_string()) + ":" + std::to_string(port);

    error_code failed;
    acceptor.open(wanted.protocol(), failed);
    // A port whose last connections are still in TIME_WAIT can be had again at once; one that is listened on cannot.
    if (!failed) acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
    if (!failed && address->is_v6()) acceptor.set_option(asio::ip::v6_only(false), failed);
    if (!failed) acceptor.bind(wanted, failed);
    if (!failed) acceptor.listen(tcp::acceptor::max_listen_connections, failed);
    tcp::endpoint bound;
    if (!failed) bound = acceptor.local_endpoint(failed);
    if (!failed) return bound.port();

    error_code ignored;
    acceptor.close(ignored);
    return explain(failed, place);
}

}  // namespace familiar::http
