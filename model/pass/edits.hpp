#pragma once
#include <cstddef>
#include <span>

#include "model/memory/tensor.hpp"
#include "model/pass/forward.hpp"

namespace hookflow {

/// Whether a replacement depends on rows other than those it replaces.
bool takes_mean(const Replacement& with);

/// The scalar that a replacement puts in, as far as it is known beforehand; NaN otherwise.
float known_scalar(const Replacement& with);

/// Puts the replacement into some rows of one sequence at one place: block (rows, columns of the head or of
/// the whole place). Means are those of `original`, what the block held before any edit; it may be the block
/// itself. Returns the scalar that was put in, NaN where it is none.
float replace_rows(const Replacement& with, std::span<const std::size_t> rows, View original,
                   MutableView block);

}  // namespace hookflow
