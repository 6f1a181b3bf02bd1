#pragma once
#include <cstddef>
#include <functional>

namespace hookflow::pipeline {

/// Runs body(0) … body(count - 1), each a small piece of work, on the cores that are free, in no set order.
/// While it waits, the calling thread takes up nothing else, so it may hold locks. Rethrows the first
/// exception.
void for_each_of(std::size_t count, const std::function<void(std::size_t)>& body);

}  // namespace hookflow::pipeline
