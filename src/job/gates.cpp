#include "job/gates.hpp"

namespace familiar::job {

gates::gates(const boost::asio::any_io_executor& executor)
    : engine(executor,
             {"docker", "the Docker engine answers", "the Docker engine does not answer; jobs wait until it does"},
             gate::start::unknown),
      disk(executor,
           {"disk", "there is room on the disk again; agents start",
            "the disk is nearly full; no agent is started until there is room"},
           gate::start::open),
      github(executor, {"github", "GitHub answers again", "GitHub does not answer; its jobs wait until it does"},
             gate::start::open),
      gitlab(executor, {"gitlab", "GitLab answers again", "GitLab does not answer; its jobs wait until it does"},
             gate::start::open) {}

}  // namespace familiar::job
