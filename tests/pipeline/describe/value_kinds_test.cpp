#include "pipeline/describe/value_kinds.hpp"

#include <gtest/gtest.h>

#include "pipeline/yaml/json_schema.hpp"

namespace hookflow::pipeline {
namespace {

using namespace schema;

TEST(ValueKinds, SaysASchemaInWords) {
  EXPECT_EQ(value_kinds(whole_number(1, 5)), "a whole number");
  EXPECT_EQ(value_kinds(any_of({words({"all", "last"}), text_like("^:"), list_of(whole_number())})),
            "`all`, `last`, text or a list of whole numbers");
  EXPECT_EQ(value_kinds(any_of({map_to(text()), map_to(of_type("number")), of_type("null")})),
            "a map or `null`")
      << "each once";
  EXPECT_EQ(value_kinds(list_of(any_of({text(), of_type("integer")}))), "a list");
  EXPECT_EQ(value_kinds(of_type("boolean")), "`true` or `false`");
}

}  // namespace
}  // namespace hookflow::pipeline
