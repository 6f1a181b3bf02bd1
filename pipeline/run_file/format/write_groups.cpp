#include "pipeline/run_file/format/write_groups.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <type_traits>

#include "pipeline/h5/blocks.hpp"
#include "pipeline/run_file/format/group_contents.hpp"
#include "pipeline/text/utf8.hpp"

namespace hookflow::pipeline {
namespace {

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
    if constexpr (std::is_same_v<Label, std::string>) {
      h5::Dataset scale = group.create_dataset(axis.name, h5::Kind::text, {labels.size()});
      scale.write_texts(labels);
      return scale;
    } else {
      h5::Dataset scale = group.create_dataset(axis.name, h5::kind_of<Label>(), {labels.size()});
      scale.write_all(std::span(labels));
      return scale;
    }
  };
  h5::Dataset scale = std::visit(write, axis.coordinates.labels());
  scale.make_scale();
  describe(scale, axis.long_name, axis.units);
  return scale;
}

void write_group(h5::File& file, const GroupContents& contents) {
  h5::Group group = file.create_group(contents.name);
  if (!contents.about.empty()) group.set_text("about", contents.about);

  for (const Variable& variable : contents.variables) {
    h5::Dataset dataset = create_array(group, variable.name, kind_of(variable.dtype), variable.axes);
    describe(dataset, variable.long_name, variable.units);
    // xarray turns integers that have a `_FillValue` into floats, so theirs has another name.
    if (variable.dtype == Dtype::int64)
      dataset.set_text("missing", "-1 where there is no value");
    else
      dataset.set_nan("_FillValue", kind_of(variable.dtype));
    if (const auto constant = contents.constants.find(variable.name); constant != contents.constants.end())
      write_cells(dataset, constant->second);
  }
  for (const TextTable& table : contents.texts) {
    h5::Dataset dataset = create_array(group, table.name, h5::Kind::text, {table.axis});
    write_texts(dataset, table.texts);
    describe(dataset, table.long_name);
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
    dataset.write_texts(first, texts.read(first, count));
  });
}

h5::Dataset create_array(h5::Group& group, const std::string& name, h5::Kind kind,
                         const std::vector<Axis>& axes) {
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
  return dataset;
}

void describe(h5::Dataset& dataset, const std::string& long_name, const std::string& units) {
  if (!long_name.empty()) dataset.set_text("long_name", spell_bytes(long_name));
  if (!units.empty()) dataset.set_text("units", spell_bytes(units));
}

h5::Dataset create_text_rows(h5::Group& group, const std::string& name, std::size_t bytes,
                             const std::vector<Axis>& rows) {
  std::vector<Axis> axes = rows;
  axes.push_back({name + "_byte", {}, "", ""});
  group.create_dataset(axes.back().name, h5::Kind::uint8, {bytes}).make_bare_scale();
  h5::Dataset texts = create_array(group, name, h5::Kind::character, axes);
  texts.set_text("charset", "UTF-8");  // as `_Encoding`, netCDF4 would decode each byte by itself
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
