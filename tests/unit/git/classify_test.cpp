#include "git/classify.hpp"

#include "support/unit_test.hpp"

using namespace familiar;
using core::errc;

BOOST_AUTO_TEST_SUITE(classifying)

BOOST_AUTO_TEST_CASE(what_git_says_tells_what_to_do) {
    struct row {
        std::string said;
        errc expected;
    };
    const row rows[] = {
        {"fatal: unable to access 'https://x/': Could not resolve host: x", errc::unavailable},
        {"fatal: unable to access 'http://x/': Failed to connect to x port 1 after 0 ms: Couldn't connect to server",
         errc::unavailable},
        {"fatal: unable to connect to x:\nx[0: 127.0.0.1]: errno=Connection refused", errc::unavailable},
        {"fatal: unable to access 'https://x/': Recv failure: Connection reset by peer", errc::unavailable},
        {"fatal: unable to access 'https://x/': Operation too slow. Less than 1 bytes/sec", errc::unavailable},
        {"fatal: unable to access 'https://x/': gnutls_handshake() failed: Error in the pull function.",
         errc::unavailable},
        {"error: RPC failed; curl 56 GnuTLS recv error (-54)\nfatal: early EOF\nfatal: fetch-pack: invalid index-pack",
         errc::unavailable},
        {"error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502\nfatal: the remote end hung up",
         errc::unavailable},
        {"fatal: unable to access 'https://x/': The requested URL returned error: 503", errc::unavailable},
        {"fatal: unable to access 'https://x/': The requested URL returned error: 429", errc::unavailable},
        {"fatal: unable to access 'http://x/': transfer closed with 995 bytes remaining to read", errc::unavailable},
        {"fatal: unable to access 'https://x/': gnutls_handshake() failed: The TLS connection was non-properly "
         "terminated.",
         errc::unavailable},
        {"error: RPC failed; curl 92 HTTP/2 stream 5 was not closed cleanly: CANCEL (err 8)\nfatal: early EOF",
         errc::unavailable},
        {"error: RPC failed; HTTP 200 curl 18 transfer closed with outstanding read data remaining", errc::unavailable},
        {"error: RPC failed; HTTP 408 curl 22 The requested URL returned error: 408", errc::unavailable},
        {"fatal: read error: Connection reset by peer", errc::unavailable},
        {"fatal: unable to look up x (port 9418) (Name or service not known)", errc::unavailable},
        {"fatal: the remote end hung up unexpectedly", errc::unavailable},
        {"error: git-remote-https died of signal 9", errc::unavailable},
        {"fatal: Could not read from remote repository.", errc::unavailable},

        {"fatal: Authentication failed for 'https://x/'", errc::authentication_failed},
        {"remote: HTTP Basic: Access denied\nfatal: Authentication failed for 'https://x/'",
         errc::authentication_failed},
        {"fatal: could not read Username for 'https://x': terminal prompts disabled", errc::authentication_failed},
        {"fatal: unable to access 'https://x/': The requested URL returned error: 403", errc::authentication_failed},
        {"error: RPC failed; HTTP 403 curl 22 The requested URL returned error: 403", errc::authentication_failed},

        {"remote: Repository not found.\nfatal: repository 'https://x/a.git/' not found", errc::not_found},
        {"fatal: remote error: access denied or repository not exported: /a.git", errc::not_found},
        {"fatal: '/a.git' does not appear to be a git repository\nfatal: Could not read from remote repository.",
         errc::not_found},
        {"fatal: unable to access 'https://x/': The requested URL returned error: 301", errc::not_found},
        {"fatal: https://x/info/refs not valid: is this a git repository?", errc::not_found},

        {"fatal: couldn't find remote ref refs/pull/9/head", errc::ref_missing},
        {"fatal: remote error: upload-pack: not our ref 1234", errc::ref_missing},

        {"fatal: not a git repository: '/cache/mirrors/github/a.git'", errc::storage_failed},
        {"fatal: bad object refs/heads/main", errc::storage_failed},
        {"error: object file objects/12/34 is empty\nfatal: loose object 1234 (stored in x) is corrupt",
         errc::storage_failed},
        {"error: inflate: data stream error (incorrect header check)", errc::storage_failed},
        {"fatal: unable to read tree 1234", errc::storage_failed},
        {"error: x/pack-1.pack does not match index", errc::storage_failed},

        {"fatal: write error: No space left on device", errc::storage_full},
        {"fatal: unable to access 'https://x/': server certificate verification failed. CAfile: none",
         errc::child_failed},
        {"fatal: unable to access 'https://x/': gnutls_handshake() failed: An unexpected TLS packet was received.",
         errc::child_failed},
        {"fatal: unable to access 'https://x/': The requested URL returned error: 418", errc::refused},
        {"fatal: something nobody has seen", errc::child_failed},
        {"", errc::child_failed},
    };
    for (const auto& r : rows) BOOST_CHECK_MESSAGE(git::classify(r.said) == r.expected, r.said);
}

BOOST_AUTO_TEST_CASE(what_the_forge_writes_decides_nothing) {
    BOOST_CHECK(
        git::classify("remote: fatal: bad object x, connection refused\nfatal: Authentication failed for 'x'") ==
        errc::authentication_failed);
    BOOST_CHECK(git::classify("remote: No space left on device\n") == errc::child_failed);
}

BOOST_AUTO_TEST_CASE(a_failure_tells_what_failed_on_what_and_what_to_do) {
    process::output ended;
    ended.status.code = 128;
    ended.err = "warning: noise\nremote: Denied\x1b[31m\r\nfatal: Authentication failed for 'https://x/'\n";
    const auto error = git::failure("fetch", "github/team/app", ended);
    BOOST_CHECK(error.code == errc::authentication_failed);
    BOOST_CHECK_EQUAL(
        error.message,
        "git fetch of github/team/app: remote: Denied?[31m; fatal: Authentication failed for 'https://x/' "
        "(check the provider's token and what it may read)");
}

BOOST_AUTO_TEST_CASE(a_git_that_was_killed_may_be_tried_again) {
    process::output ended;
    ended.status.signal = 9;
    const auto error = git::failure("clone", "github/team/app", ended);
    BOOST_CHECK(error.code == errc::unavailable);
    BOOST_CHECK_EQUAL(error.message, "git clone of github/team/app: ended with signal 9 (Killed)");
}

BOOST_AUTO_TEST_CASE(a_limit_is_told_by_the_headers_that_the_trace_has) {
    process::output ended;
    ended.status.code = 128;
    ended.err = "fatal: unable to access 'https://x/': The requested URL returned error: 403\n";
    const std::string trace =
        "19:16:05.767637 http.c:684              <= Recv header: HTTP/1.1 403 Forbidden\n"
        "19:16:05.767643 http.c:684              <= Recv header: Retry-After: 77\n";
    const auto limited = git::failure("fetch", "a/b", ended, trace);
    BOOST_CHECK(limited.code == errc::unavailable);
    BOOST_CHECK(limited.retry_after == std::chrono::seconds(77));
    BOOST_CHECK_EQUAL(limited.message,
                      "git fetch of a/b: fatal: unable to access 'https://x/': The requested URL returned error: 403 "
                      "(the forge asks for 1m17s of patience)");
    BOOST_CHECK(git::failure("fetch", "a/b", ended).code == errc::authentication_failed);

    ended.err = "fatal: early EOF\n";
    BOOST_CHECK(!git::failure("fetch", "a/b", ended, trace).retry_after);
}

BOOST_AUTO_TEST_CASE(a_redirect_says_that_it_is_one) {
    process::output ended;
    ended.status.code = 128;
    ended.err = "fatal: unable to access 'https://x/': The requested URL returned error: 301\n";
    BOOST_CHECK(git::failure("fetch", "a/b", ended).message.find("redirects are not followed") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_long_story_is_cut_and_stays_text) {
    process::output ended;
    ended.status.code = 1;
    ended.err = "fatal: \xff\xfe" + std::string(100'000, 'x') + "\n";
    const auto error = git::failure("fetch", "a/b", ended);
    BOOST_CHECK_LT(error.message.size(), 1000U);
    BOOST_CHECK(error.message.find('\xff') == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
