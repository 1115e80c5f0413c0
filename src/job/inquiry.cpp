#include "job/inquiry.hpp"

#include "event/login.hpp"
#include "journal/about.hpp"
#include "observe/log.hpp"
#include "triage/intent.hpp"
#include "triage/triage.hpp"

#include <utility>

namespace asio = boost::asio;

namespace familiar::job {

namespace {

using config::permission;

/// A forge that does not tell, and will not the next time either.
void log_silence(const event::event& about, std::string_view what, const core::error& why) {
    observe::warning("the forge does not tell " + std::string(what), journal::about(about),
                     {{"reason", describe(why)}});
}

/// What somebody needs to do the same himself. Nobody may approve his own merge request (GitHub docs: "Approving a pull
/// request with required reviews"), so nobody has the bot do it for him.
event::actions within(event::actions wanted, event::provider forge, permission may, bool is_author) {
    const auto to_merge = forge == event::provider::github ? permission::write : permission::maintain;
    wanted.merge = wanted.merge && may >= to_merge;
    wanted.push_commits = wanted.push_commits && may >= permission::write;
    wanted.approve = wanted.approve && may >= permission::write && !is_author;
    wanted.dismiss_reviews = wanted.dismiss_reviews && may >= permission::write;
    return wanted;
}

}  // namespace

asio::awaitable<core::result<void>> inquiry::complete(event::event& subject) {
    const auto& request = subject.request;
    const bool is_whole = request.head_origin != event::origin::unknown && !request.source_branch.empty() &&
                          !request.target_branch.empty() && !request.head.empty();
    if (is_whole) co_return core::result<void>();
    const auto known = co_await refresh(subject);
    if (!known) co_return known.error();
    co_return core::result<void>();
}

asio::awaitable<core::result<bool>> inquiry::refresh(event::event& subject) {
    auto* const forge = api_of(subject);
    if (forge == nullptr) co_return true;
    auto now = co_await forge->merge_request(subject.repo.path, subject.request.number);
    if (!now && core::is_transient(now.error())) co_return now.error();
    if (!now) {
        log_silence(subject, "what the merge request is now", now.error());
        co_return true;
    }
    subject.request = std::move(now->request);
    co_return now->open;
}

asio::awaitable<core::result<std::optional<permission>>> inquiry::permission(const event::repository& repo,
                                                                             const event::actor& who) {
    auto* const forge = with_.forges(repo.forge);
    if (forge == nullptr) co_return std::optional<config::permission>();
    const auto told = co_await forge->permission(repo.path, who);
    if (!told && core::is_transient(told.error())) co_return told.error();
    if (told) co_return std::optional(*told);
    observe::warning("the forge does not tell somebody's permission", {{"provider", to_text(repo.forge)},
                                                                       {"repository", repo.path},
                                                                       {"user", who.login},
                                                                       {"reason", describe(told.error())}});
    co_return std::optional<config::permission>();
}

asio::awaitable<core::result<void>> inquiry::learn_account(event::provider which) {
    auto* const forge = with_.forges(which);
    if (forge == nullptr || accounts_.contains(which)) co_return core::result<void>();
    const auto account = co_await forge->identify();
    if (!account) {
        if (core::is_transient(account.error())) co_return account.error();
        observe::warning("the forge does not tell whose credentials these are",
                         {{"provider", to_text(which)}, {"reason", describe(account.error())}});
        co_return core::result<void>();
    }
    accounts_[which] = account->login;
    if (account->person && !triage::is_own(account->login, *with_.settings, {}))
        observe::warning(
            "the token belongs to an account that may be a person's: whatever that account does starts no agent. Give "
            "the bot an account of its own, and name it in bot_username",
            {{"provider", to_text(which)}, {"login", account->login}});
    co_return core::result<void>();
}

asio::awaitable<core::result<bool>> inquiry::is_own(const event::event& incoming) {
    const auto which = incoming.repo.forge;
    if (auto learnt = co_await learn_account(which); !learnt) co_return learnt.error();
    co_return triage::is_own(incoming.sender.login, *with_.settings, own_logins(which));
}

std::vector<std::string> inquiry::own_logins(event::provider forge) const {
    const auto account = accounts_.find(forge);
    if (account == accounts_.end()) return {};
    return {account->second};
}

asio::awaitable<core::result<void>> inquiry::brief(agent::assignment& what) {
    if (auto* const forge = api_of(what.subject); forge != nullptr)
        if (auto read = co_await read_conversation(what, *forge); !read) co_return read.error();
    if (auto read = co_await read_wishes(what); !read) co_return read.error();
    co_return co_await judge_author(what);
}

asio::awaitable<core::result<void>> inquiry::read_conversation(agent::assignment& what, provider::forge& forge) {
    auto said = co_await forge.comments(what.subject.repo.path, what.subject.request.number);
    if (!said && core::is_transient(said.error())) co_return said.error();
    if (said)
        what.conversation = std::move(*said);
    else
        log_silence(what.subject, "what was said on the merge request", said.error());
    co_return core::result<void>();
}

asio::awaitable<core::result<void>> inquiry::read_wishes(agent::assignment& what) {
    what.wishes.clear();
    std::vector<event::event> all{what.subject};
    all.insert(all.end(), what.joined.begin(), what.joined.end());
    for (const auto& one : all) {
        if (!one.note) continue;
        auto wish = co_await understand(one);
        if (auto kept = co_await keep_what_he_may(wish, one); !kept) co_return kept.error();
        what.wishes.push_back(std::move(wish));
    }
    co_return core::result<void>();
}

/// By the language model if that is configured, and by rules where it does not answer.
asio::awaitable<event::wish> inquiry::understand(const event::event& said) {
    if (with_.settings->intent.strategy == config::intent_strategy::api) {
        auto read = co_await with_.intents.read(said.note->body);
        if (read) co_return event::wish{said.sender, read->wanted, std::move(read->instructions)};
        observe::warning("intent.api did not say what a comment asks for; it is read by rules", journal::about(said),
                         {{"reason", describe(read.error())}});
    }
    auto read = triage::read_intent(said.note->body, with_.settings->bot_username);
    co_return event::wish{said.sender, read.wanted, std::move(read.instructions)};
}

/// Only what is asked for by somebody who may do it himself counts. Where no API could be asked, that is nobody but
/// those in `triggers.allow_users`, whom the operator trusts with all.
asio::awaitable<core::result<void>> inquiry::keep_what_he_may(event::wish& wish, const event::event& said) {
    if (wish.wanted == event::actions{}) co_return core::result<void>();
    auto may = permission::none;
    if (event::names(with_.settings->triggers.allow_users, said.sender.login)) {
        may = permission::admin;
    } else {
        const auto told = co_await permission(said.repo, said.sender);
        if (!told) co_return told.error();
        may = told->value_or(permission::none);
    }
    const bool is_author = event::same_login(said.sender.login, said.request.author.login);
    wish.wanted = within(wish.wanted, said.repo.forge, may, is_author);
    co_return core::result<void>();
}

/// Trusted is who could bring the same configuration into the target branch himself.
asio::awaitable<core::result<void>> inquiry::judge_author(agent::assignment& what) {
    const auto& author = what.subject.request.author;
    what.trusted_author = event::names(with_.settings->triggers.allow_users, author.login);
    if (what.trusted_author || author.login.empty()) co_return core::result<void>();
    const auto told = co_await permission(what.subject.repo, author);
    if (!told) co_return told.error();
    what.trusted_author = told->value_or(permission::none) >= permission::write;
    co_return core::result<void>();
}

}  // namespace familiar::job
