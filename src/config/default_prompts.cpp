#include "config/default_prompts.hpp"

namespace familiar::config {

namespace {

constexpr std::string_view opened =
    R"(A merge request was opened. Review its changes against the target branch.

Look for defects first: wrong results, unhandled errors, races, security holes, broken compatibility, missing tests.
Read the code around a change before you judge it, and run the project's own tests where that is possible.
Name the file and the line of each finding, say why it matters and how to mend it, the most serious one first.
Leave taste and formatting to the project's tools. If there is nothing to find, say so in one sentence.
Change nothing in the repository.
)";

constexpr std::string_view updated =
    R"(New commits were pushed to a merge request. Review what they change, in the light of the whole merge request.

Say which of the earlier remarks are settled, which are not, and what is newly wrong; do not repeat what is settled.
Name the file and the line of each finding, say why it matters and how to mend it, the most serious one first.
If there is nothing to find, say so in one sentence. Change nothing in the repository.
)";

constexpr std::string_view commented =
    R"(Somebody commented on a merge request. Answer what they ask about it, from the code and not from memory.

If the comment stands on a line of the changes, begin there. Be brief and name the files and lines you rely on.
Change the repository only if the comment asks for a change; then make that change and no other, check it with the
project's own tests, and commit it with a message that says why.
If the comment asks for nothing, do nothing.
)";

constexpr std::string_view mentioned =
    R"(You were mentioned in a comment on a merge request. Do what the comment asks of you, within this merge request.

If it asks a question, answer it from the code and name the files and lines you rely on.
If it asks for a change, make that change and no other, check it with the project's own tests, and commit it with a
message that says why. If the wish is unclear or reaches beyond this merge request, say so instead of guessing.
)";

}  // namespace

std::string_view default_prompt(event::kind kind) noexcept {
    switch (kind) {
        case event::kind::mr_opened:
            return opened;
        case event::kind::mr_updated:
            return updated;
        case event::kind::mr_comment:
            return commented;
        case event::kind::mention:
            break;
    }
    return mentioned;
}

}  // namespace familiar::config
