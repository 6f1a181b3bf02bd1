#pragma once
#include <filesystem>

namespace hookflow::pipeline {

/// Whether a run is writing the file, in this process or another.
bool is_being_written(const std::filesystem::path& path);

/// Makes this process the only one that writes the file, until the descriptor is closed or the process ends,
/// however it ends. Other programs may read meanwhile, and those that lock as HDF5 does may not write. Throws
/// InputError when another has the file. Where a file system knows no locks, this does nothing.
void lock_for_writing(int descriptor, const std::filesystem::path& path);

}  // namespace hookflow::pipeline
