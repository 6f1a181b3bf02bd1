#include "pipeline/run_file/format/root.hpp"

#include "pipeline/error.hpp"
#include "pipeline/run_file/format/layout.hpp"
#include "pipeline/run_file/format/own_groups.hpp"
#include "pipeline/text/utf8.hpp"

namespace hookflow::pipeline {
namespace {

constexpr const char* kProgram = "hookflow";
const std::string kPrefix = kIdentityPrefix;

}  // namespace

void write_root(h5::File& file, const Identity& identity, const Attributes& provenance) {
  file.set_text("program", kProgram);
  file.set_integers("format_version", std::vector<std::int64_t>{kFormatVersion});
  file.set_integers("complete", std::vector<std::int64_t>{0});
  const auto write = [&](const std::string& name, const std::string& value) {
    if (value.empty())
      file.reserve_text(name, kReservedBytes);
    else
      file.set_text(name, spell_bytes(value));
  };
  for (const auto& [name, value] : identity) write(kPrefix + name, value);
  for (const auto& [name, value] : provenance) write(name, value);
}

void replace_identity(h5::File& file, const Identity& identity) {
  for (const auto& [name, value] : identity) {
    if (file.is_reserved(kPrefix + name)) file.replace_text(kPrefix + name, spell_bytes(value));
  }
}

void check_format(const h5::File& file, const std::string& path) {
  if (!file.has_attribute("program") || file.text("program") != kProgram)
    throw InputError(path + ": was not written by hookflow");
  const std::int64_t version = file.integer("format_version");
  if (version != kFormatVersion)
    throw InputError(path + ": has format " + std::to_string(version) + ", this hookflow knows format " +
                     std::to_string(kFormatVersion));
}

std::vector<std::string> stored_prompt_rows(const h5::File& file) {
  const h5::Group group = file.open_group(kCheckpointGroup);
  if (!group.has(kPromptRows)) return {};
  return group.open_dataset(kPromptRows).read_texts();
}

InputError damaged(const std::string& path, const std::exception& error) {
  const std::string what = error.what();
  return InputError((what.starts_with(path) ? "" : path + ": ") + what +
                    " (not an HDF5 file, or a damaged one)");
}

}  // namespace hookflow::pipeline
