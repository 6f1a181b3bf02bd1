#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/error.hpp"
#include "pipeline/h5/h5.hpp"
#include "pipeline/run_file/format/layout.hpp"

namespace hookflow::pipeline {

/// The root's attributes. Those without a value get `kReservedBytes` of room for one.
void write_root(h5::File& file, const Identity& identity, const Attributes& provenance);
inline constexpr std::size_t kReservedBytes = 512;
/// Fills in what the identity left open when the file was made.
void replace_identity(h5::File& file, const Identity& identity);
/// Throws InputError unless the file is hookflow's and of this format.
void check_format(const h5::File& file, const std::string& path);
/// The prompts as they were given, in JSON.
std::vector<std::string> stored_prompt_rows(const h5::File& file);
/// What to throw when HDF5 cannot read what a run file must have.
InputError damaged(const std::string& path, const std::exception& error);
inline constexpr const char* kIdentityPrefix = "identity_";  // of root attributes

}  // namespace hookflow::pipeline
