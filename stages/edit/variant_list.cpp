#include "stages/edit/variant_list.hpp"

#include <string>

#include "pipeline/yaml/param.hpp"
#include "stages/given/samples.hpp"
#include "stages/path/senders.hpp"

namespace hookflow::stages {
namespace {

using pipeline::ParamError;

/// An edit of a variant, with the hook points and heads that it changes.
struct PlacedEdit {
  std::string name;  // as messages have it: edit 2
  EditWhere where;
  std::vector<EditTarget> targets;
};

/// What both change, and where: `blocks.0.attn.hook_z[3] at position 2 of prompt 'a'`; empty: nothing.
std::string both_change(const PlacedEdit& a, const PlacedEdit& b, const EditScope& scope) {
  for (const EditTarget& of_a : a.targets) {
    for (const EditTarget& of_b : b.targets) {
      if (!overlap(of_a, of_b)) continue;
      const std::string where = scope.common(a.where, b.where);
      return where.empty() ? where : to_string(of_a.head ? of_a : of_b) + " at " + where;
    }
  }
  return {};
}

/// `named`: of what they are a part, for messages. Adds what is wrong with them to `problems`.
Variant make_variant(const std::vector<NamedEdit>& edits, const EditOrigin& named, EditScope& scope,
                     std::vector<std::string>& problems) {
  Variant variant;
  std::vector<PlacedEdit> placed;
  for (const NamedEdit& edit : edits) {
    const std::string name = "edit " + std::to_string(&edit - edits.data() + 1);
    PlacedEdit now{name, {edit.positions, edit.keys}, {}};
    const EditOrigin origin{named.param, named.named + (named.named.empty() ? "" : ", ") + name + ": "};
    scope.check(edit.positions, origin);
    try {
      now.targets = edit_targets(edit.at, edit.except, scope.config());
      scope.check(edit.with, now.targets, origin);
      scope.check_keys(edit.keys, edit.with, now.targets, origin);
    } catch (const ParamError& error) {
      problems.push_back(origin.named + error.what());
      continue;
    }
    for (const PlacedEdit& before : placed) {
      const std::string twice = both_change(before, now, scope);
      if (!twice.empty()) {
        problems.push_back(named.named + (named.named.empty() ? "" : ": ") + before.name + " and " + name +
                           " both change " + twice);
      }
    }
    const std::size_t before = variant.size();
    for (const EditTarget& target : now.targets) {
      if (arrives(edit.with, target.at, scope.config()))
        variant.push_back({target.at, target.head, edit.positions, edit.with, {}, edit.keys});
    }
    if (variant.size() == before) problems.push_back(origin.named + kNoArrival);
    placed.push_back(std::move(now));
  }
  return variant;
}

void refuse(const std::string& param, const std::vector<std::string>& problems) {
  if (problems.size() == 1) throw ParamError(param, problems.front());
  std::string all;
  for (const std::string& problem : problems) all += "\n  " + problem;
  if (!all.empty()) throw ParamError(param, all);
}

}  // namespace

void refuse_samples(const std::vector<NamedEdit>& edits, const std::string& param) {
  for (const NamedEdit& edit : edits)
    if (samples_of(edit.with) > 0)
      throw ParamError(param, std::string(kSamples) +
                                  " makes an axis, which must be of `with` or `also` of an ablate "
                                  "stage; here it is one draw, which " +
                                  kSample + " says");
}

LabelledVariants make_variant_list(const std::vector<NamedVariant>& named, EditScope& scope) {
  for (const NamedVariant& variant : named) refuse_samples(variant.edits, "variants");
  LabelledVariants list;
  std::vector<std::string> names;
  std::vector<std::string> problems;
  for (const NamedVariant& variant : named) {
    names.push_back(variant.name);
    list.variants.push_back(
        make_variant(variant.edits, {"variants", "'" + variant.name + "'"}, scope, problems));
  }
  refuse("variants", problems);
  list.axes.push_back({"variant", std::move(names), "variant, a set of edits", ""});
  return list;
}

Variant make_edits(const std::vector<NamedEdit>& edits, const std::string& param, EditScope& scope) {
  std::vector<std::string> problems;
  Variant variant = make_variant(edits, {param}, scope, problems);
  refuse(param, problems);
  return variant;
}

}  // namespace hookflow::stages
