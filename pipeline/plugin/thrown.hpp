#pragma once
#include <exception>
#include <string>

namespace hookflow::pipeline {

/// What was thrown, in words: code from outside may throw anything.
std::string thrown_text(const std::exception_ptr& thrown);

/// In a handler of what a stage's own code threw: throws it on as it is but for what a stage of a plugin
/// throws, which then says which stage and plugin failed, as an error of the same exit code. `id`: in the
/// workflow; `stage`: its name.
[[noreturn]] void rethrow_of_stage(const std::string& id, const std::string& stage);

}  // namespace hookflow::pipeline
