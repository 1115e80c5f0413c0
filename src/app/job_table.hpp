#pragma once

#include "core/time.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstddef>
#include <string>

/// Jobs, as the API shows them, for people.
namespace familiar::app {

/// A table with a line for each job, none wider than `width` columns where that is 60 or more. What does not fit is
/// shortened, the names of repositories in their middle, and in narrow terminals columns are left out. Ids are as
/// long as it takes to tell them apart.
std::string job_table(const boost::json::array& jobs, std::size_t width, core::wall_time now);

/// Everything about one job, one "name: value" a line; "-" for what is not there. The lines of a list follow on its
/// name, indented.
std::string job_lines(const boost::json::object& job);

}  // namespace familiar::app
