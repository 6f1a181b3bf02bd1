#include "pipeline/prompts/templates/text_template.hpp"

#include <gtest/gtest.h>

#include "pipeline/yaml/param.hpp"

namespace hookflow::pipeline {
namespace {

using Names = std::vector<std::string>;

std::string filled(const std::string& text) {
  return TextTemplate(text).fill({{"A", "Sam"}, {"B", "{A}"}, {"the place", ""}});
}

std::string template_refusal(const std::string& text) {
  try {
    (void)TextTemplate(text);
  } catch (const ParamError& error) {
    return error.what();
  }
  return "";
}

TEST(TextTemplate, PutsValuesInThePlaceOfNames) {
  EXPECT_EQ(filled("{A}, {A} and {B}{the place}."), "Sam, Sam and {A}.");
  EXPECT_EQ(filled(" no name "), " no name ");
  EXPECT_EQ(filled(""), "");
  EXPECT_EQ(TextTemplate("{A} {B} {A}").names(), (Names{"A", "B"}));
}

TEST(TextTemplate, DoubledBracesAreBraces) {
  EXPECT_EQ(filled("{{A}} {{{A}}} }}{{"), "{A} {Sam} }{");
  EXPECT_EQ(TextTemplate("{{A}}").names(), Names{});
}

TEST(TextTemplate, RefusesBracesThatStandAlone) {
  EXPECT_EQ(template_refusal("a } b"), "a '}' closes nothing; '}}' stands for a brace");
  for (const char* text : {"{A", "{", "{A{B}}", "{A}} {"}) EXPECT_NE(template_refusal(text), "") << text;
  EXPECT_EQ(template_refusal("{A and B"), "a '{' is not closed; '{{' stands for a brace");
  EXPECT_EQ(template_refusal("a {} b"), "'{}' holds no name; '{{' and '}}' stand for braces");
}

}  // namespace
}  // namespace hookflow::pipeline
