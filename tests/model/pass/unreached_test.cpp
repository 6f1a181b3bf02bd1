// Random edits of random prompts, many of which begin alike: what the edits cannot reach is the clean pass's
// value to the bit, all else that of the plain model. What cannot be reached is found by the plain model,
// too: it computes each row by itself, so that a row that it gives twice is no other.
#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "model/pass/forward.hpp"
#include "tests/support/match_naive.hpp"
#include "tests/support/tiny_model.hpp"

namespace hookflow {
namespace {

using testing::NaiveGpt2;
using testing::TinyModel;
using Ids = std::vector<std::int32_t>;

class Draw {
 public:
  explicit Draw(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t count) { return random_() % count; }
  bool one_in(std::size_t count) { return below(count) == 0; }

  /// Prompts of 2 to 20 tokens: new ones, ones that begin as another, are its beginning, or are it.
  std::vector<Ids> prompts(TinyModel& tiny, std::size_t count) {
    std::vector<Ids> prompts;
    while (prompts.size() < count) {
      Ids prompt = tiny.prompt(2 + below(19));
      if (!prompts.empty() && !one_in(3)) {
        const Ids& other = prompts[below(prompts.size())];
        const std::size_t shared = 1 + below(std::min(other.size(), prompt.size()));
        std::copy_n(other.begin(), shared, prompt.begin());
        if (one_in(4)) prompt.resize(std::max<std::size_t>(2, shared));
      }
      prompts.push_back(prompt);
    }
    return prompts;
  }

  Positions positions() {
    switch (below(5)) {
      case 0:
        return Positions::all();
      case 1:
        return Positions::last();
      case 2:
        return Positions::at({0});
      case 3:
        return Positions::at({-1, 1});
      default:
        return Positions::slice(1, {});
    }
  }

  Variant variant(TinyModel& tiny, bool shares_rows) {
    Variant variant;
    for (std::size_t edits = 1 + below(3); variant.size() < edits;) {
      const auto points = testing::all_points(tiny.model.config);
      const HookPoint at = points[below(points.size())];
      if (!editable(at.kind)) continue;
      const bool one_head = has_heads(at.kind) && !one_in(3);
      const auto head = one_head ? std::optional(below(tiny.model.config.heads)) : std::nullopt;
      Replacement with;
      if (!one_in(3)) with = Replacement("value", 0.1F * static_cast<float>(below(9)) + 0.05F);
      if (shares_rows && at.kind == HookKind::pattern) with = Replacement();
      if (!shares_rows && one_in(3) && at.kind != HookKind::attn_scores)
        with = Replacement("mean", one_head ? "head" : "positions");
      variant.push_back({at, head, positions(), with});
      if (is_square(at.kind) && !one_in(3)) take_keys(variant.back());
    }
    return variant;
  }

  /// Some keys alone; where they are hidden, one for each layer, so that all queries are left another.
  void take_keys(Intervention& edit) {
    edit.keys = positions();
    if (edit.at.kind != HookKind::attn_scores || one_in(3)) return;
    edit.with = Replacement("masked");
    edit.positions = Positions::slice(1, {});
    edit.keys = Positions::at({static_cast<std::int64_t>(edit.at.layer % 2)});
  }

  ForwardPlan plan(const Config& config) {
    ForwardPlan plan;
    if (one_in(2)) plan.logits = {positions()};
    for (const HookPoint& point : testing::all_points(config)) {
      if (point.kind == HookKind::scores_raw && !one_in(4)) continue;
      // Captured beside logits, they are there at the positions of both.
      if (point.kind == HookKind::logits && !plan.logits.empty()) continue;
      if (one_in(4)) plan.captures.push_back({point, positions()});
    }
    return plan;
  }

 private:
  std::mt19937 random_;
};

/// The rows of a naive pass that a capture is held against, in its order.
std::vector<std::vector<double>> rows_of(const NaiveGpt2& naive, const HookPoint& place,
                                         const CapturedRows& like, std::size_t length) {
  const auto& matrix = naive.at.at(place);
  std::vector<std::vector<double>> rows;
  for (const std::size_t position : like.positions()) {
    for (std::size_t head = 0; head < like.heads(); ++head) {
      const auto& row = matrix[is_square(place.kind) ? head * length + position : position];
      const std::size_t width = is_square(place.kind) ? row.size() : row.size() / like.heads();
      const auto first = row.begin() + static_cast<std::ptrdiff_t>(is_square(place.kind) ? 0 : head * width);
      rows.emplace_back(first, first + static_cast<std::ptrdiff_t>(width));
    }
  }
  return rows;
}

void expect_unreached_is_clean(const PassResult& result, const PassResult& clean,
                               const NaiveGpt2& naive_result, const NaiveGpt2& naive_clean,
                               std::size_t length) {
  for (const auto& [place, captured] : result.captured) {
    const auto with_edits = rows_of(naive_result, place, captured, length);
    const auto without = rows_of(naive_clean, place, captured, length);
    const CapturedRows& of_clean = clean.captured.at(place);
    for (std::size_t i = 0; i < captured.positions().size(); ++i) {
      for (std::size_t head = 0; head < captured.heads(); ++head) {
        const std::size_t row = i * captured.heads() + head;
        if (is_square(place.kind)) {
          for (std::size_t key = 0; key < without[row].size(); ++key) {
            if (with_edits[row][key] != without[row][key]) continue;
            EXPECT_EQ(captured.row(i, head)[key], of_clean.row(i, head)[key])
                << to_string(place) << " at " << captured.positions()[i] << ", key " << key;
          }
          continue;
        }
        if (with_edits[row] != without[row]) continue;
        EXPECT_TRUE(std::ranges::equal(captured.row(i, head), of_clean.row(i, head)))
            << to_string(place) << " at " << captured.positions()[i] << ", head " << head;
      }
    }
  }
}

std::string described(const Intervention& edit) {
  std::string text = to_string(edit.at) + (edit.head ? "[" + std::to_string(*edit.head) + "]" : "") + " by " +
                     edit.with.label() + " at";
  for (const std::size_t position : edit.positions.resolve(20)) text += " " + std::to_string(position);
  if (edit.keys) text += ", keys";
  for (const std::size_t key : edit.keys.value_or(Positions()).resolve(20)) text += " " + std::to_string(key);
  return text;
}

void check(std::uint32_t seed, bool shares_rows) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  TinyModel tiny(testing::tiny_config(), seed);
  Draw draw(seed);
  const std::vector<Ids> prompts = draw.prompts(tiny, 1 + draw.below(5));
  std::vector<Variant> variants;
  for (std::size_t i = 1 + draw.below(4); i > 0; --i) variants.push_back(draw.variant(tiny, shares_rows));
  const ForwardPlan plan = draw.plan(tiny.model.config);
  const CleanPass clean = run_clean(tiny.model, prompts, testing::with_edits(plan, variants));
  std::vector<EditedPrompt> edited;
  for (std::size_t prompt = 0; prompt < prompts.size(); ++prompt) {
    if (prompts.size() > 1 && draw.one_in(5)) continue;  // as if it had failed
    for (const Variant& variant : variants) edited.push_back({prompt, &variant});
  }
  const auto results = run_edited(tiny.model, clean, edited, plan);
  for (std::size_t prompt = 0; prompt < prompts.size(); ++prompt)
    testing::expect_matches(clean.results[prompt], NaiveGpt2(tiny.model, prompts[prompt]), plan,
                            tiny.model.config, prompts[prompt].size(), "clean " + std::to_string(prompt));
  for (std::size_t i = 0; i < edited.size(); ++i) {
    const std::size_t prompt = edited[i].prompt;
    const Variant* variant = edited[i].variant;
    std::string edits;
    for (const Intervention& edit : *variant) edits += ", " + described(edit);
    SCOPED_TRACE("prompt " + std::to_string(prompt) + edits);
    const Ids& ids = prompts[prompt];
    const NaiveGpt2 naive(tiny.model, ids, *variant);
    testing::expect_matches(results[i], naive, plan, tiny.model.config, ids.size(), "variant");
    expect_unreached_is_clean(results[i], clean.results[prompt], naive, NaiveGpt2(tiny.model, ids),
                              ids.size());
  }
}

TEST(Unreached, IsTheCleanPassToTheBit) {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    check(seed, false);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(Unreached, IsTheCleanPassWherePromptsHoldRowsForEachOther) {
  for (std::uint32_t seed = 1001; seed <= 1040; ++seed) {
    check(seed, true);
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace hookflow
