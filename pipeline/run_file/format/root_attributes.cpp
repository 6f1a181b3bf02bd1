#include "pipeline/run_file/format/root_attributes.hpp"

#include "pipeline/text/utf8.hpp"

namespace hookflow::pipeline {
namespace {

constexpr const char* kProgram = "hookflow";

/// All names as they are in the file, with their values.
Attributes stored(const Identity& identity, const Attributes& provenance) {
  Attributes all = provenance;
  for (const auto& [name, value] : identity) all[kIdentityPrefix + name] = value;
  return all;
}

}  // namespace

void write_root_attributes(h5::File& file, const Identity& identity, const Attributes& provenance) {
  file.set_text("program", kProgram);
  file.set_number("format_version", std::int64_t{kFormatVersion});
  for (const auto& [name, value] : stored(identity, provenance))
    if (!value.empty()) file.set_text(name, spell_bytes(value));
}

std::vector<std::string> late_names(const Identity& identity, const Attributes& provenance) {
  std::vector<std::string> names;
  for (const auto& [name, value] : stored(identity, provenance))
    if (value.empty()) names.push_back(name);
  return names;
}

void check_format(const h5::File& file, const std::string& path) {
  if (!file.has_attribute("program") || file.text("program") != kProgram)
    throw InputError(path + ": was not written by hookflow");
  check_format(static_cast<std::uint64_t>(file.integer("format_version")), path);
}

void check_format(std::uint64_t version, const std::string& path) {
  if (version < kOldestFormat || version > kFormatVersion)
    throw InputError(path + ": has format " + std::to_string(version) + ", this hookflow knows formats " +
                     std::to_string(kOldestFormat) + " to " + std::to_string(kFormatVersion));
}

bool may_have_share(const h5::File& file) { return file.integer("format_version") > 7; }

void check_resumable(const h5::File& file, const std::string& path) {
  if (const std::int64_t version = file.integer("format_version"); version != kFormatVersion)
    throw InputError(path + ": has format " + std::to_string(version) +
                     ", which this hookflow can read but not resume; to resume, it needs format " +
                     std::to_string(kFormatVersion) +
                     "; finish the run with the version of hookflow that began it");
}

}  // namespace hookflow::pipeline
