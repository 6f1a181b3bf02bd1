#pragma once
#include <cstddef>
#include <memory>

namespace hookflow {

/// `count` floats of no set value, for the activations of one pass. Many of them lie on huge pages, and are
/// kept for the next pass when the last holder lets go, as the kernel clears all that it hands out. What is
/// kept is never more blocks than were in use at once. Throws std::bad_alloc.
std::shared_ptr<float[]> scratch_floats(std::size_t count);
/// How many floats are kept, held by nobody.
std::size_t idle_scratch_floats();

}  // namespace hookflow
