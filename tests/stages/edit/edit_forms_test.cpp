// Every form of every kind of edit that needs nothing from outside of the pass, at every hook point: it runs
// as the docs say, or is refused with the rule.
#include <gtest/gtest.h>

#include "pipeline/yaml/param.hpp"
#include "stages/edit/replacement_param.hpp"
#include "stages/subject/pass_request.hpp"
#include "stages/subject/values.hpp"
#include "tests/support/match_naive.hpp"
#include "tests/support/read_back.hpp"
#include "tests/support/stage_chain.hpp"

namespace hookflow::stages {
namespace {

using testing::expect_close;
using testing::expected;
using testing::kTolerance;
using testing::NaiveGpt2;
using namespace testing_support;
using pipeline::ParamError;

const std::vector<std::int32_t> kIds = {45, 49, 73, 92};

/// One form at one hook point, in all layers and, where it names heads, for each.
struct Case {
  HookKind kind;
  bool heads;
  std::string form;

  [[nodiscard]] std::string at() const { return pattern_name(kind) + (heads ? "[*]" : ""); }
  [[nodiscard]] bool has(const std::string& text) const { return form.find(text) != std::string::npos; }
  /// With numbers for x: as many as the docs say, and some more.
  [[nodiscard]] std::string with(const Config& config, std::size_t more = 0) const {
    const std::vector<std::size_t> sizes = shape(kind, config).sizes;
    const bool by_length = sizes.back() == 0;
    std::size_t count = has("[x") && by_length ? kIds.size() : 1;
    for (std::size_t i = heads ? 2 : 1; has("[x") && !by_length && i < sizes.size(); ++i) count *= sizes[i];
    std::string numbers;
    for (std::size_t i = 0; i < count + more; ++i)
      numbers += (i == 0 ? "" : ", ") + std::to_string(i % 5) + ".25";
    std::string text = form;
    const std::string wanted = has("[x") ? "x, ..." : "x";
    if (const auto found = text.find(wanted); found != std::string::npos)
      text.replace(found, wanted.size(), numbers);
    return text;
  }
};

std::vector<Case> every_case() {
  std::vector<Case> cases;
  for (const HookKind kind : all_hook_kinds()) {
    for (const std::string& form : edit_forms()) {
      const auto has = [&](const char* part) { return form.find(part) != std::string::npos; };
      if (has("NAME") || has("prompts") || has("noise")) continue;  // from outside of the pass
      if (has("project_out")) continue;                             // the plain model has no directions
      cases.push_back({kind, false, form});
      if (has_heads(kind)) cases.push_back({kind, true, form});
    }
  }
  return cases;
}

struct Ablation {
  StageChain chain{golden_model("three_heads"), {ids_prompt("a", {kIds.begin(), kIds.end()})}};

  Ablation(const Case& tried, const std::string& with) {
    chain.add("tokens", "tokenize");
    chain.add("clean", "forward", "{}", {"tokens"});
    chain.add("edited", "ablate", "{at: \"" + tried.at() + "\", with: " + with + "}", {"clean"});
  }
};

std::string refused(const Case& tried, const std::string& with) {
  return refusal<ParamError>([&] { Ablation(tried, with); });
}

void expect_runs(const Case& tried, const std::string& with) {
  Ablation made(tried, with);
  PassRequest request;
  request.keep_logits(Positions::last());
  made.chain.ask("edited", request);
  const Config& config = made.chain.subject().config();
  const auto& results = made.chain.value<Variants>("edited").results;
  const std::size_t heads = tried.heads ? config.heads : 1;
  ASSERT_EQ(results.size(), (in_block(tried.kind) ? config.layers : 1) * heads);
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto head = tried.heads ? std::optional(i % heads) : std::nullopt;
    const Variant edits = {{{tried.kind, i / heads}, head, {}, read<Replacement>(with)}};
    const NaiveGpt2 naive(made.chain.subject().model(), kIds, edits);
    const ForwardPlan::Capture capture{{HookKind::logits, 0}, Positions::last()};
    expect_close(tensor_of(results[i].logits), expected(naive, capture, config, kIds.size()), kTolerance,
                 tried.at() + " " + tried.form);
  }
}

TEST(EditForms, RunAtEveryHookPointOrAreRefusedWithTheRule) {
  const Config config = StageChain(golden_model("three_heads"), {}).subject().config();
  std::size_t run = 0;
  for (const Case& tried : every_case()) {
    SCOPED_TRACE(tried.at() + " " + tried.form);
    const std::string with = tried.with(config);
    if (!editable(tried.kind)) {
      EXPECT_TRUE(names(refused(tried, with), {"at: " + pattern_name(tried.kind) + " cannot be edited"}));
    } else if (tried.has("masked")) {
      const bool scores = tried.kind == HookKind::attn_scores;
      EXPECT_TRUE(
          names(refused(tried, with), {scores ? "keys: is missing: masked hides keys" : "with: masked: "}));
    } else if (tried.has("mean") && tried.kind == HookKind::attn_scores) {
      EXPECT_TRUE(
          names(refused(tried, with), {"with: mean: a mean over hook_attn_scores is minus infinity"}));
    } else if (tried.has("mean: head") && !tried.heads) {
      EXPECT_TRUE(names(refused(tried, with), {"with: {mean: head} needs a head"}));
    } else {
      expect_runs(tried, with);
      ++run;
    }
  }
  // Eight without heads; q, k, v, pattern and z, as a whole and by head; scores without the means.
  EXPECT_EQ(run, (8U + 5U) * 6U + 5U * 7U + 2U * 5U);
}

TEST(EditForms, VectorOfAnotherLengthIsRefusedWithBothLengths) {
  const Config config = StageChain(golden_model("three_heads"), {}).subject().config();
  for (const Case& tried : every_case()) {
    if (!editable(tried.kind) || !tried.has("[x")) continue;
    SCOPED_TRACE(tried.at() + " " + tried.form);
    const std::string message = refused(tried, tried.with(config, 1));
    EXPECT_TRUE(names(message, {"with:", " numbers given, but ", pattern_name(tried.kind) + " takes ",
                                is_square(tried.kind) ? "token of the prompt" : "dimension"}));
  }
}

}  // namespace
}  // namespace hookflow::stages
