#include "journal/about.hpp"

namespace familiar::journal {

observe::fields about(const job_record& job) {
    auto fields = about(job.subject);
    fields.insert(fields.begin(), {"job", job.id});
    return fields;
}

observe::fields about(const event::event& incoming) {
    return {{"delivery", incoming.delivery},
            {"repository", std::string(to_text(incoming.repo.forge)) + "/" + incoming.repo.path},
            {"number", incoming.request.number}};
}

}  // namespace familiar::journal
