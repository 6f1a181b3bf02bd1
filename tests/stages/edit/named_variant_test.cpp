#include "stages/edit/named_variant.hpp"

#include <gtest/gtest.h>

#include "tests/support/read_back.hpp"
#include "tests/support/stage_inputs.hpp"

namespace hookflow::stages {
namespace {

using pipeline::ParamError;
using testing_support::names;
using testing_support::read;
using testing_support::refusal;
using testing_support::written;

TEST(NamedVariant, ReadsBackWithEveryDefaultStated) {
  EXPECT_EQ(written<NamedVariant>("{name: both, edits: [{at: a}, {at: [b, c], except: d, with: {mean: head}, "
                                  "positions: last}]}"),
            R"({"name":"both","edits":[{"at":["a"],"except":[],"with":"zero","positions":"all"},)"
            R"({"at":["b","c"],"except":["d"],"with":{"mean":"head"},"positions":"last"}]})");
}

TEST(NamedVariant, OneEditStandsForAListOfOne) {
  EXPECT_EQ(read<NamedVariant>("{name: one, edits: {at: a}}").edits.size(), 1U);
}

std::string refused(const std::string& yaml) {
  return refusal<ParamError>([&] { read<NamedVariant>(yaml); });
}

TEST(NamedVariant, WhatIsMissingOrUnknownIsNamed) {
  EXPECT_TRUE(
      names(refused("{edits: {at: a}}"), {"the key 'name' is missing in a variant, such as {name: both"}));
  EXPECT_TRUE(names(refused("{name: a}"), {"the key 'edits' is missing in a variant"}));
  EXPECT_TRUE(names(refused("{name: a, edits: []}"), {"edits: the list is empty"}));
  EXPECT_TRUE(names(refused("{name: a, edit: {at: a}}"),
                    {"unknown key 'edit' (did you mean 'edits'?) in a variant"}));
  EXPECT_TRUE(names(refused("both"), {"is not a variant, such as {name: both"}));
  EXPECT_TRUE(
      names(refused("{name: a, edits: {with: zero}}"), {"the key 'at' is missing in an edit, such as {at:"}));
  EXPECT_TRUE(names(refused("{name: a, edits: {at: a, position: 0}}"),
                    {"unknown key 'position' (did you mean 'positions'?) in an edit"}));
  EXPECT_TRUE(names(refused("{name: a, edits: {at: []}}"), {"at: the list is empty"}));
  EXPECT_TRUE(names(refused("{name: a, edits: b}"), {"is not an edit, such as {at:"}));
  EXPECT_TRUE(names(refused("{name: \"a,b\", edits: {at: a}}"), {"name: 'a,b' cannot be a label"}));
  EXPECT_TRUE(names(refused("{name: a, edits: {at: a, with: [zero]}}"), {"[\"zero\"] is not a replacement"}));
}

TEST(NamedVariant, NamesMustDiffer) {
  const auto rule = distinct_names();
  EXPECT_FALSE(rule.problem({{"a", {}}, {"b", {}}}));
  EXPECT_EQ(rule.problem({{"a", {}}, {"b", {}}, {"a", {}}}), "two are named 'a'");
}

}  // namespace
}  // namespace hookflow::stages
