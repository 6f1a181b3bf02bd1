#pragma once
#include <string>
#include <vector>

#include "pipeline/error.hpp"
#include "pipeline/h5/h5.hpp"
#include "pipeline/run_file/format/layout.hpp"

namespace hookflow::pipeline {

inline constexpr const char* kIdentityPrefix = "identity_";        // of the identity's names in the file
inline constexpr const char* kWorkflowFolder = "workflow_folder";  // where names of other files begin
inline constexpr const char* kWorkflowFile =
    "workflow_file";  // of a share: where the whole run's prompts are
inline constexpr const char* kWorkflowSettings = "workflow_settings";  // JSON: what --set said
inline constexpr const char* kFilePrefix = "file_";      // of those that are other files that it used
inline constexpr const char* kPluginPrefix = "plugin_";  // of those that are plugins' file names

/// Writes the root's attributes, once and for all: what has a value already.
void write_root_attributes(h5::File& file, const Identity& identity, const Attributes& provenance);
/// The names of what has no value yet, and gets a place in /status.
std::vector<std::string> late_names(const Identity& identity, const Attributes& provenance);

/// Throws InputError unless the file is hookflow's and of a format that is read.
void check_format(const h5::File& file, const std::string& path);
/// The same for a format's number alone.
void check_format(std::uint64_t version, const std::string& path);
/// Whether the group /share is the file's own: until format 7 a stage might be called so.
bool may_have_share(const h5::File& file);
/// Throws InputError when the file is older than what this hookflow writes.
void check_resumable(const h5::File& file, const std::string& path);

/// Reads a run file: what HDF5 finds wrong is the file's fault here, not the program's, and so an InputError.
/// All else is thrown on as it is.
template <class Read>
auto blame_file(const std::string& path, const Read& read) {
  try {
    return read();
  } catch (const UsageError& error) {  // of the workflow in it, which is no user's here
    throw InputError(path + ": " + error.what());
  } catch (const h5::Error& error) {
    const std::string what = error.what();
    throw InputError((what.starts_with(path) ? "" : path + ": ") + what +
                     " (not an HDF5 file, or a damaged one)");
  }
}

}  // namespace hookflow::pipeline
