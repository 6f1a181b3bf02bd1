#include "stages/work/alike_passes.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "stages/subject/model_subject.hpp"

namespace hookflow::stages {
namespace {

using Batch = std::vector<AlikePasses::Fed>;
using Ids = std::vector<AlikePasses::ClassId>;

/// z of every head of nano's first layer, at one position.
std::shared_ptr<const std::vector<Variant>> heads(const Positions& positions) {
  std::vector<Variant> variants;
  for (std::size_t head = 0; head < 8; ++head)
    variants.push_back({{{HookKind::z, 0}, head, positions, Replacement{}}});
  return std::make_shared<const std::vector<Variant>>(std::move(variants));
}

FedPrompt named(std::size_t tokens, std::size_t position) {
  return {tokens, 0, std::make_shared<const NamedPositions>(NamedPositions{{"subject", {position}}})};
}

/// The clean pass that these variants stand on, of which logits are read at the last position.
class Clean {
 public:
  explicit Clean(const Positions& edited) : passes_(subject_.config(), plan(edited), nullptr, nullptr) {}
  Ids classify(const Batch& batch) { return passes_.classify(batch); }
  AlikePasses* operator->() { return &passes_; }

 private:
  static ForwardPlan plan(const Positions& edited) {
    ForwardPlan of_variants;
    of_variants.logits = {Positions::last()};
    ForwardPlan plan = of_variants;
    plan.edits.push_back({heads(edited), std::make_shared<const ForwardPlan>(of_variants)});
    return plan;
  }

  ModelSubject subject_{"nano"};
  AlikePasses passes_;
};

TEST(AlikePasses, PromptsThatAreFedAlikeAreOfOneClass) {
  Clean clean(Positions::last());
  const Ids first = clean.classify({{14, {}, 0}, {15, {}, 0}, {14, {}, 0}});
  EXPECT_EQ(first[0], first[2]);
  EXPECT_NE(first[0], first[1]);
  EXPECT_EQ(clean.classify({{15, {}, 0}}), Ids{first[1]});
  EXPECT_EQ(clean->fed(first[1]).prompt, 15U);
}

TEST(AlikePasses, WhatIsSharedTellsThemApart) {
  Clean clean(Positions::last());
  const Ids ids = clean.classify({{14, {}, 0}, {14, 0, 4}, {14, 0, 4}, {14, 0, 9}});
  EXPECT_EQ(ids[1], ids[2]);
  EXPECT_EQ(std::set(ids.begin(), ids.end()).size(), 3U);
  EXPECT_LT(clean->flops(ids[3]), clean->flops(ids[1]));
  EXPECT_LT(clean->flops(ids[1]), clean->flops(ids[0]));
}

TEST(AlikePasses, SoDoesWhatOthersReadOfThem) {
  Clean clean(Positions::of_name("subject"));
  const AlikePasses::Fed parent{named(14, 1), {}, 0};
  const Ids alone = clean.classify({parent});
  const Ids same = clean.classify({parent, {named(14, 1), 0, 6}});
  EXPECT_EQ(same[0], alone[0]);  // it has all of that for itself
  const Ids other = clean.classify({parent, {named(14, 3), 0, 6}});
  EXPECT_NE(other[0], alone[0]);
  EXPECT_EQ(clean.classify({parent, {named(14, 3), 0, 6}, {named(14, 3), 0, 6}})[0], other[0]);
}

TEST(AlikePasses, OfManyPromptsFewAreUnlike) {
  Clean clean(Positions::of_name("subject"));
  std::set<AlikePasses::ClassId> all;
  for (std::size_t i = 0; i < 2000; ++i) {
    const Batch batch = {
        {named(14 + i % 3, 1 + i % 2), {}, 0}, {named(14 + i % 2, 3), 0, 4 + i % 5}, {named(14, 1), 0, 2}};
    const Ids ids = clean.classify(batch);
    all.insert(ids.begin(), ids.end());
  }
  EXPECT_LT(all.size(), 100U);
}

TEST(AlikePasses, VariantsOfEqualCostAreOneStretch) {
  ModelSubject subject("nano");
  ForwardPlan plan;
  plan.logits = {Positions::last()};
  AlikePasses passes(subject.config(), plan, heads(Positions::all()), nullptr);
  const AlikePasses::ClassId of = passes.classify(Batch{{12, {}, 0}}).front();
  ASSERT_EQ(passes.costs(of).size(), 1U);
  EXPECT_EQ(passes.flops(of), 8 * passes.costs(of).front().each->flops());
  EXPECT_EQ(passes.rows(of), 8 * 12);
}

}  // namespace
}  // namespace hookflow::stages
