#pragma once
#include <filesystem>

namespace hookflow::pipeline {

/// Whether a run is writing the file, in this process or another.
bool is_being_written(const std::filesystem::path& path);

/// Makes this process the only one that writes the file, until the descriptor is closed or the process ends,
/// however it ends. Other programs may read meanwhile, and those that lock as HDF5 does may not write.
/// Returns false when another has the file. Where a file system knows no locks, this does nothing. Messages
/// name `path`.
bool try_lock_for_writing(int descriptor, const std::filesystem::path& path);
/// The same; throws InputError when another has the file.
void lock_for_writing(int descriptor, const std::filesystem::path& path);
/// Throws the InputError that says that another has the file.
[[noreturn]] void refuse_in_use(const std::filesystem::path& path);

}  // namespace hookflow::pipeline
