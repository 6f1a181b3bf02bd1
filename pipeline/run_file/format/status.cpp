#include "pipeline/run_file/format/status.hpp"

#include <stdexcept>

#include "pipeline/run_file/format/write_groups.hpp"
#include "pipeline/text/utf8.hpp"
#include "pipeline/values/group_names.hpp"

namespace hookflow::pipeline {
namespace {

constexpr const char* kComplete = "complete";

void write_number(h5::Dataset& scalar, std::int64_t value) {
  scalar.write_all(std::span<const std::int64_t>(&value, 1));
}

}  // namespace

bool has_status(const h5::File& file) { return file.integer("format_version") > 3; }

void Status::create(h5::File& file, const std::vector<std::string>& texts) {
  h5::Group group = file.create_group(kStatusGroup);
  group.set_text("about", "What became known only after the file was made");
  h5::Dataset complete =
      create_array(group, kComplete, h5::Kind::int64, {}, "1 when the run is complete, 0 until then");
  write_number(complete, 0);
  for (const std::string& name : texts) create_text_rows(group, name, kTextBytes, {}, "");
}

Status::Status(const h5::File& file) {
  const h5::Group group = file.open_group(kStatusGroup);
  complete_ = group.open_dataset(kComplete);
  for (const std::string& name : group.dataset_names())
    if (h5::Dataset text = group.open_dataset(name); text.kind() == h5::Kind::character)
      texts_.emplace(name, std::move(text));
}

void Status::set_complete(bool complete) { write_number(complete_, complete ? 1 : 0); }

void Status::set_text(const std::string& name, const std::string& value) {
  const auto text = texts_.find(name);
  if (text == texts_.end())
    throw std::logic_error("/status/" + name + ": was not left open (given empty) when the file was made");
  text->second.write_row_text(0, spell_bytes(value));
}

Attributes Status::texts() const {
  Attributes texts;
  for (const auto& [name, text] : texts_) texts[name] = text.read_row_text(0);
  return texts;
}

std::int64_t stated_complete(const h5::File& file) {
  if (!has_status(file)) return file.integer(kComplete);
  return file.open_group(kStatusGroup).open_dataset(kComplete).read_all<std::int64_t>().at(0);
}

Attributes read_attributes(const h5::File& file) {
  Attributes attributes;
  if (has_status(file)) attributes = Status(file).texts();
  for (const std::string& name : file.attribute_names()) attributes[name] = file.text(name);
  attributes[kComplete] = std::to_string(stated_complete(file));
  return attributes;
}

}  // namespace hookflow::pipeline
