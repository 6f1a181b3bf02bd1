#include "pipeline/workflow/check_names.hpp"

#include <map>
#include <set>
#include <string>

#include "pipeline/yaml/param.hpp"

namespace hookflow::pipeline {

void check_names(const std::vector<Variable>& variables) {
  // xarray: Dataset.sel(indexers=None, method=None, tolerance=None, drop=False, **axes)
  static const std::set<std::string> kKeywords = {"indexers", "method", "tolerance", "drop"};
  std::map<std::string, const Axis*> axes;
  const auto refuse = [](const std::string& name, const std::string& what) {
    throw ParamError("in the results the name '" + name + "' would be given to " + what +
                     "; a column that groups prompts must have another name");
  };
  for (const Variable& variable : variables) {
    std::set<std::string> own;
    for (const Axis& axis : variable.axes) {
      const auto [known, is_new] = axes.try_emplace(axis.name, &axis);
      const bool same = own.insert(axis.name).second && known->second->coordinates == axis.coordinates;
      if (!same) refuse(axis.name, "two axes");
      if (kKeywords.contains(axis.name))
        refuse(axis.name, "an option of xarray's sel, which picks labels by axis");
    }
  }
  for (const Variable& variable : variables) {
    if (axes.contains(variable.name)) refuse(variable.name, "both an axis and a variable");
  }
}

}  // namespace hookflow::pipeline
