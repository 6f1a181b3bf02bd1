#pragma once
#include <string>
#include <string_view>

namespace hookflow::pipeline {

/// Why this program cannot load the library of those bytes, as a message goes on after its path; empty: it
/// can. None of the library's code is run.
std::string build_problem(std::string_view library);

}  // namespace hookflow::pipeline
