#include "pipeline/run_file/format/write_groups.hpp"

#include <limits>
#include <stdexcept>
#include <type_traits>

#include "pipeline/h5/blocks.hpp"
#include "pipeline/run_file/format/group_contents.hpp"
#include "pipeline/text/utf8.hpp"

namespace hookflow::pipeline {
namespace {

void set_unless_empty(h5::Dataset& dataset, const std::string& attribute, const std::string& text) {
  if (!text.empty()) dataset.set_text(attribute, spell_bytes(text));
}

void write_cells(h5::Dataset& dataset, const NumberCells& cells) {
  for_stretches(cells.size(), [&](std::size_t first, std::size_t count) {
    const Column column = cells.read(first, count);
    for_blocks(dataset.extents(), first, count, [&](const auto& block, std::size_t from, std::size_t size) {
      std::visit([&](const auto& values) { dataset.write(block, std::span(values).subspan(from, size)); },
                 column);
    });
  });
}

/// An axis with its labels, as a dimension scale of the group.
h5::Dataset write_scale(h5::Group& group, const Axis& axis) {
  const auto write = [&](const auto& labels) {
    using Label = typename std::decay_t<decltype(labels)>::value_type;
    h5::Dataset scale = group.create_dataset(axis.name, h5::kind_of<Label>(), {labels.size()});
    if constexpr (h5::Number<Label>)
      scale.write_all(std::span(labels));
    else
      scale.write_texts(labels);
    return scale;
  };
  h5::Dataset scale = std::visit(write, axis.coordinates.labels());
  scale.make_scale();
  set_unless_empty(scale, "long_name", axis.long_name);
  set_unless_empty(scale, "units", axis.units);
  set_unless_empty(scale, kCountsAlong, axis.counts_along);
  set_unless_empty(scale, kSpells, axis.spells);
  if (axis.unordered) scale.set_text(kMeasurementLevel, kNominal);
  return scale;
}

/// What a variable is to others, as CF has it (1.11, 3.4: a blank between names).
void write_meaning(h5::Dataset& dataset, const Variable& variable) {
  std::string names;
  for (const std::string& name : variable.ancillary) names += (names.empty() ? "" : " ") + name;
  set_unless_empty(dataset, kAncillary, names);
  set_unless_empty(dataset, kRelation, to_string(variable.relation));
  if (variable.zero_is_neutral) dataset.set_number(kNeutralValue, std::int64_t{0});
}

void write_group(h5::File& file, const GroupContents& contents) {
  h5::Group group = file.create_group(contents.name);
  if (!contents.about.empty()) group.set_text("about", contents.about);

  for (const Variable& variable : contents.variables) {
    h5::Dataset dataset =
        create_array(group, variable.name, kind_of(variable.dtype), variable.axes, variable.long_name);
    set_unless_empty(dataset, "units", variable.units);
    write_meaning(dataset, variable);
    // xarray turns integers that have a `_FillValue` into floats, so theirs has another name.
    if (variable.dtype == Dtype::int64)
      dataset.set_text("missing", "-1 where there is no value");
    else if (variable.dtype == Dtype::float32)
      dataset.set_number("_FillValue", std::numeric_limits<float>::quiet_NaN());
    else
      dataset.set_number("_FillValue", std::numeric_limits<double>::quiet_NaN());
    if (const auto constant = contents.constants.find(variable.name); constant != contents.constants.end())
      write_cells(dataset, constant->second);
  }
  for (const TextTable& table : contents.texts) {
    h5::Dataset dataset = create_array(group, table.name, h5::Kind::text, {table.axis}, "");
    write_texts(dataset, table.texts);
    set_unless_empty(dataset, "long_name", table.long_name);
  }
}

}  // namespace

h5::Kind kind_of(Dtype dtype) {
  switch (dtype) {
    case Dtype::float32:
      return h5::Kind::float32;
    case Dtype::float64:
      return h5::Kind::float64;
    case Dtype::int64:
      return h5::Kind::int64;
  }
  throw std::logic_error("kind_of: no such dtype");
}

void write_texts(h5::Dataset& dataset, const TextRows& texts) {
  for_stretches(texts.size(), [&](std::size_t first, std::size_t count) {
    dataset.write_texts(texts.read(first, count), first);
  });
}

h5::Dataset create_array(h5::Group& group, const std::string& name, h5::Kind kind,
                         const std::vector<Axis>& axes, const std::string& long_name) {
  std::vector<h5::Dataset> scales;
  std::vector<std::size_t> extents;
  std::vector<std::string> names;
  for (const Axis& axis : axes) {
    scales.push_back(group.has(axis.name) ? group.open_dataset(axis.name) : write_scale(group, axis));
    extents.push_back(scales.back().cells());
    names.push_back(axis.name);
  }
  h5::Dataset dataset = group.create_dataset(name, kind, extents);
  for (std::size_t i = 0; i < axes.size(); ++i) dataset.attach_scale(scales[i], i);
  if (!names.empty()) dataset.set_texts("axes", names);
  set_unless_empty(dataset, "long_name", long_name);
  return dataset;
}

h5::Dataset create_text_rows(h5::Group& group, const std::string& name, std::size_t bytes,
                             const std::vector<Axis>& rows, const std::string& long_name) {
  std::vector<Axis> axes = rows;
  axes.push_back({name + "_byte", {}, "", ""});
  group.create_dataset(axes.back().name, h5::Kind::uint8, {bytes}).make_bare_scale();
  h5::Dataset texts = create_array(group, name, h5::Kind::character, axes, "");
  texts.set_text("charset", "UTF-8");  // as `_Encoding`, netCDF4 would decode each byte by itself
  set_unless_empty(texts, "long_name", long_name);
  return texts;
}

void write_contents(h5::File& file, const std::vector<GroupContents>& groups) {
  for (const GroupContents& group : groups) write_group(file, group);
}

// https://manual.nexusformat.org/classes/base_classes/NXdata.html
void write_default_plot(h5::File& file, const std::string& group_name, const Variable& variable) {
  file.set_text("NX_class", "NXroot");
  file.set_text("default", group_name);
  h5::Group group = file.open_group(group_name);
  group.set_text("NX_class", "NXdata");
  group.set_text("signal", variable.name);
  std::vector<std::string> axes;
  for (const Axis& axis : variable.axes) {
    const bool labelled = std::holds_alternative<std::vector<std::string>>(axis.coordinates.labels());
    axes.emplace_back(labelled ? "." : axis.name);  // h5web draws along numbers only; a dot counts the steps
  }
  if (!axes.empty()) group.set_texts("axes", axes);
}

}  // namespace hookflow::pipeline
