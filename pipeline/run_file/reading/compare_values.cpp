#include "pipeline/run_file/reading/compare_values.hpp"

namespace hookflow::pipeline {

std::string shape_text(const Variable& variable) {
  std::string text = variable.dtype == Dtype::int64     ? "int64"
                     : variable.dtype == Dtype::float32 ? "float32"
                                                        : "float64";
  for (const Axis& axis : variable.axes) text += " " + axis.name + "=" + std::to_string(axis.size());
  return text;
}

}  // namespace hookflow::pipeline
