#include "pipeline/values/relation.hpp"

#include <array>
#include <utility>

namespace hookflow::pipeline {
namespace {

constexpr std::array<std::pair<Relation, const char*>, 8> kSpelled = {{{Relation::itself, ""},
                                                                       {Relation::change, "change"},
                                                                       {Relation::lower, "confidence_lower"},
                                                                       {Relation::upper, "confidence_upper"},
                                                                       {Relation::p_value, "p_value"},
                                                                       {Relation::significant, "significant"},
                                                                       {Relation::edges, "bin_edges"},
                                                                       {Relation::detail, "detail"}}};

}  // namespace

std::string to_string(Relation relation) {
  for (const auto& [known, text] : kSpelled)
    if (known == relation) return text;
  return "";
}

Relation relation_of(const std::string& text) {
  for (const auto& [relation, known] : kSpelled)
    if (known == text) return relation;
  return Relation::detail;
}

}  // namespace hookflow::pipeline
