#include "pipeline/run_file/reading/stored_values.hpp"

#include <algorithm>

#include "pipeline/run_file/format/read_groups.hpp"

namespace hookflow::pipeline {
namespace {

StoredDataset read_dataset(const h5::Group& group, const std::string& name) {
  const h5::Dataset dataset = group.open_dataset(name);
  StoredDataset stored{
      name, {}, text_or_none(dataset, "units"), text_or_none(dataset, "long_name"), dataset.kind()};
  std::vector<std::string> axes;
  if (dataset.has_attribute("axes")) axes = dataset.texts("axes");
  std::vector<std::size_t> extents = dataset.extents();
  if (stored.kind == h5::Kind::character && axes.size() == extents.size()) {  // the last axis is its bytes
    stored.kind = h5::Kind::text;
    axes.pop_back();
    extents.pop_back();
  }
  for (const std::string& axis : axes) stored.axes.push_back(read_axis(group, axis));
  if (!std::ranges::equal(stored.axes, extents, {}, &Axis::size))
    throw h5::Error(dataset.path() + ": its axes do not fit its shape");
  return stored;
}

StoredValues read_values(const h5::Dataset& dataset) {
  switch (dataset.kind()) {
    case h5::Kind::text:
      return dataset.read_texts();
    case h5::Kind::character:
      if (dataset.extents().size() == 1) return std::vector{dataset.read_row_text(0)};
      return dataset.read_row_texts();
    case h5::Kind::float32:
      return dataset.read_all<float>();
    case h5::Kind::float64:
      return dataset.read_all<double>();
    default:
      return dataset.read_all<std::int64_t>();
  }
}

}  // namespace

std::vector<std::string> stored_groups(const RunFile& run) {
  return run.read([](const h5::File& file) { return file.group_names(); });
}

std::vector<StoredDataset> stored_datasets(const RunFile& run, const std::string& group) {
  return run.read([&](const h5::File& file) {
    const h5::Group in = file.open_group(group);
    std::vector<StoredDataset> datasets;
    for (const std::string& name : in.dataset_names())
      if (!in.open_dataset(name).is_scale()) datasets.push_back(read_dataset(in, name));
    return datasets;
  });
}

StoredValues stored_values(const RunFile& run, const std::string& group, const std::string& dataset) {
  return run.read(
      [&](const h5::File& file) { return read_values(file.open_group(group).open_dataset(dataset)); });
}

}  // namespace hookflow::pipeline
