#pragma once
#include <string>

#include <gtest/gtest.h>

#include "pipeline/yaml/node.hpp"

namespace hookflow::testing_support {

/// A parameter as it is read from YAML.
template <typename T>
T read(const std::string& yaml) {
  T value;
  read_param(pipeline::parse_yaml_value(yaml), value);
  return value;
}

/// What a parameter becomes when it is written and read again, as JSON.
template <typename T>
std::string written(const std::string& yaml) {
  const std::string once = to_json(write_param(read<T>(yaml)));
  EXPECT_EQ(to_json(write_param(read<T>(once))), once);
  return once;
}

}  // namespace hookflow::testing_support
