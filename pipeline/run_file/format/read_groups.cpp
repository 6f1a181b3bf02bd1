#include "pipeline/run_file/format/read_groups.hpp"

#include <algorithm>
#include <iterator>
#include <sstream>

#include "pipeline/run_file/format/group_contents.hpp"
#include "pipeline/run_file/format/root_attributes.hpp"
#include "pipeline/run_file/format/status.hpp"
#include "pipeline/run_file/format/warnings.hpp"
#include "pipeline/run_file/format/write_groups.hpp"
#include "pipeline/values/group_names.hpp"

namespace hookflow::pipeline {
namespace {

Dtype dtype_of(const h5::Dataset& dataset) {
  for (const Dtype dtype : {Dtype::float32, Dtype::float64, Dtype::int64})
    if (kind_of(dtype) == dataset.kind()) return dtype;
  throw h5::Error(dataset.path() + ": has values of a type that hookflow does not write");
}

std::vector<Axis> axes_of(const h5::Group& group, const h5::Dataset& dataset,
                          std::map<std::string, Axis>& known) {
  std::vector<Axis> axes;
  if (dataset.has_attribute("axes"))
    for (const std::string& name : dataset.texts("axes")) {
      auto found = known.find(name);
      if (found == known.end()) found = known.emplace(name, read_axis(group, name)).first;
      axes.push_back(found->second);
    }
  if (!std::ranges::equal(axes, dataset.extents(), {}, &Axis::size))
    throw h5::Error(dataset.path() + ": its axes do not fit its shape");
  return axes;
}

std::vector<std::string> ancillary_of(const h5::Dataset& dataset) {
  std::istringstream names(text_or_none(dataset, kAncillary));
  return {std::istream_iterator<std::string>(names), {}};
}

GroupContents read_group(const h5::File& file, const std::string& name) {
  const h5::Group group = file.open_group(name);
  GroupContents contents{name, text_or_none(group, "about"), {}, {}, {}};
  std::map<std::string, Axis> axes;
  for (const std::string& member : group.dataset_names()) {
    const h5::Dataset dataset = group.open_dataset(member);
    if (dataset.is_scale()) continue;
    if (dataset.kind() == h5::Kind::text) {
      const std::vector<Axis> own = axes_of(group, dataset, axes);
      if (own.size() != 1) throw h5::Error(dataset.path() + ": is not a list of texts");
      contents.texts.push_back(
          {name, member, own[0], dataset.read_texts(), text_or_none(dataset, "long_name")});
    } else {
      contents.variables.push_back({member, dtype_of(dataset), axes_of(group, dataset, axes),
                                    text_or_none(dataset, "units"), text_or_none(dataset, "long_name"),
                                    dataset.has_attribute(kNeutralValue),
                                    relation_of(text_or_none(dataset, kRelation)), ancillary_of(dataset)});
    }
  }
  return contents;
}

}  // namespace

std::string text_or_none(const h5::Object& object, const std::string& attribute) {
  return object.has_attribute(attribute) ? object.text(attribute) : "";
}

Axis read_axis(const h5::Group& group, const std::string& name) {
  const h5::Dataset scale = group.open_dataset(name);
  Axis axis{name,
            {},
            text_or_none(scale, "long_name"),
            text_or_none(scale, "units"),
            text_or_none(scale, kCountsAlong),
            text_or_none(scale, kMeasurementLevel) == kNominal,
            text_or_none(scale, kSpells)};
  if (scale.kind() == h5::Kind::int64)
    axis.coordinates = scale.read_all<std::int64_t>();
  else if (scale.kind() == h5::Kind::float64)
    axis.coordinates = scale.read_all<double>();
  else
    axis.coordinates = scale.read_texts();
  return axis;
}

std::vector<GroupContents> read_contents(const h5::File& file) {
  std::vector<GroupContents> groups;
  for (const std::string& name : file.group_names())
    if (!is_own_group(name) || (name == kStatusGroup && !has_status(file)) ||
        (name == kWarningsGroup && !has_warnings(file)) || (name == kShareGroup && !may_have_share(file)))
      groups.push_back(read_group(file, name));
  return groups;
}

}  // namespace hookflow::pipeline
