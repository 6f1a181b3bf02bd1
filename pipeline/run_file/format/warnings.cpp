#include "pipeline/run_file/format/warnings.hpp"

#include <array>
#include <string>
#include <utility>

#include "pipeline/run_file/format/write_groups.hpp"
#include "pipeline/text/utf8.hpp"
#include "pipeline/values/array.hpp"
#include "pipeline/values/group_names.hpp"
#include "pipeline/values/rows.hpp"

namespace hookflow::pipeline {
namespace {

struct Part {
  const char* name;
  const char* long_name;
  std::string Warning::*text;
};
constexpr std::array kParts = {
    Part{"stage", "stage that the warning is about; empty where it is about none", &Warning::stage},
    Part{"prompt", "prompt that the warning is about; empty where it is about none", &Warning::prompt},
    Part{"kind", "kind of warning, in few words", &Warning::kind},
    Part{"text", "the warning, which says what may not have been meant", &Warning::text}};

}  // namespace

void write_warnings(h5::File& file, const std::vector<Warning>& warnings) {
  h5::Group group = file.create_group(kWarningsGroup);
  group.set_text("about", "What was done as it was asked, and may not have been meant");
  if (warnings.empty()) return;  // h5repack takes no datasets without cells
  const Axis axis = numbered_axis("warning", warnings.size(), "number of the warning");
  for (const Part& part : kParts) {
    const TextRows texts(warnings.size(),
                         [&](std::size_t row) { return spell_bytes(warnings[row].*part.text); });
    h5::Dataset dataset = create_array(group, part.name, h5::Kind::text, {axis}, part.long_name);
    write_texts(dataset, texts);
  }
}

std::optional<std::vector<Warning>> read_warnings(const h5::File& file) {
  if (!has_warnings(file)) return std::nullopt;
  const h5::Group group = file.open_group(kWarningsGroup);
  std::vector<Warning> warnings;
  if (!group.has(kParts[0].name)) return warnings;
  warnings.resize(group.open_dataset(kParts[0].name).cells());
  for (const Part& part : kParts) {
    std::vector<std::string> texts = group.open_dataset(part.name).read_texts();
    for (std::size_t i = 0; i < warnings.size(); ++i) warnings[i].*part.text = std::move(texts.at(i));
  }
  return warnings;
}

bool has_warnings(const h5::File& file) { return file.integer("format_version") > 4; }

}  // namespace hookflow::pipeline
