#pragma once
#include <cstddef>
#include <filesystem>
#include <vector>

#include "pipeline/h5/h5.hpp"

/// A run file's shape, labels, inputs and provenance never change after it is made. The seal is their
/// SHA-256, kept in the file beside a list of the ranges of bytes that do change: a file that was damaged, or
/// that another program wrote into, is known before HDF5 reads it, which does not survive every damage.
namespace hookflow::pipeline {

using h5::ByteRange;

/// Makes room for a seal that names up to so many ranges of changing bytes. Comes first in a new file: there
/// it is looked for.
void make_seal(h5::File& file, std::size_t most_ranges);
/// Sets the seal: nothing but `changing` may be written from now on. What is written so far is flushed.
void set_seal(h5::File& file, std::vector<ByteRange> changing);
/// Whether the file that is open is a run file: it has a seal, be that broken or whole.
bool has_seal(int descriptor);
/// Throws InputError unless the file is as its seal says, or if it has none.
void check_seal(const std::filesystem::path& path);

}  // namespace hookflow::pipeline
