#pragma once
#include <cstddef>
#include <memory>

namespace hookflow {

/// `count` floats of no set value, for the activations of one pass. A large block lies on huge pages; when
/// its last holder lets go, it is kept for the next pass, because the kernel would clear a new one first. No
/// more blocks are kept than were in use at once. Throws std::bad_alloc.
std::shared_ptr<float[]> scratch_floats(std::size_t count);
/// How many floats are kept, held by nobody.
std::size_t idle_scratch_floats();

}  // namespace hookflow
