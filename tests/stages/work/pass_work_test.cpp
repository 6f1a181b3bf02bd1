#include "stages/work/pass_work.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hookflow::stages {
namespace {

using Ids = std::vector<std::int32_t>;
using VariantsPtr = std::shared_ptr<const std::vector<Variant>>;
using Sizes = std::vector<std::size_t>;

constexpr const char* kNamed = "subject";

/// Tokens from `first` on; those of another beginning have none in common.
Ids tokens(std::size_t count, std::int32_t first = 100) {
  Ids ids(count);
  std::generate(ids.begin(), ids.end(), [&] { return first++; });
  return ids;
}

/// A prompt that begins as that one does, and goes on unlike others with more or fewer tokens of their own.
Ids branch(const Ids& prompt, std::size_t shared, std::size_t own) {
  Ids ids(prompt.begin(), prompt.begin() + static_cast<std::ptrdiff_t>(shared));
  const Ids more = tokens(own, 2000 + static_cast<std::int32_t>(own) * 100);
  ids.insert(ids.end(), more.begin(), more.end());
  return ids;
}

/// z of every head of some layers of nano, which has 8 of 8.
VariantsPtr heads(const Sizes& layers, const Positions& positions, const Replacement& with = {}) {
  std::vector<Variant> variants;
  for (const std::size_t layer : layers) {
    for (std::size_t head = 0; head < 8; ++head)
      variants.push_back({{{HookKind::z, layer}, head, positions, with}});
  }
  return std::make_shared<const std::vector<Variant>>(std::move(variants));
}

pipeline::Bytes bytes_of(const PassWork& work, const pipeline::Batch& batch, pipeline::VariantRange range) {
  return work.bytes(batch, {&range, 1}).front();
}

/// The same, which make a difference at the named positions alone.
VariantsPtr where_named_alone(std::vector<Variant> variants) {
  for (Variant& variant : variants)
    for (Intervention& edit : variant) edit.differs = Positions::of_name(kNamed);
  return std::make_shared<const std::vector<Variant>>(std::move(variants));
}

PassRequest last_logits() {
  PassRequest request;
  request.keep_logits(Positions::last());
  return request;
}

PassRequest named_logits(const std::vector<std::int32_t>& tokens) {
  PassRequest request;
  request.keep_token_logits(Positions::last(), tokens);
  return request;
}

PassRequest captures(HookKind kind, const Positions& positions) {
  PassRequest request;
  request.keep({kind, 3}, positions);
  return request;
}

/// Prompts of nano in one batch.
class Prompts {
 public:
  /// `named`: where what stands at kNamed is in each, if that is asked for.
  explicit Prompts(const std::vector<Ids>& prompts, const std::vector<Sizes>& named = {})
      : prompts_(prompts) {
    if (!named.empty()) tokens_->names->add(kNamed, {}, named);
    for (const Ids& ids : prompts) {
      tokens_->ids.add(ids);
      tokens_->lengths.push_back(ids.size());
      batch().prompts.push_back(batch().prompts.size());
    }
    tokens_->findings = findings_;
    facts_.subject = &subject_;
    facts_.tokens = tokens_;
  }

  void refuse(std::size_t prompt) {
    findings_->refuse({prompt, "tokens", "", "is refused"});
    tokens_->lengths[prompt] = 0;
  }
  [[nodiscard]] PassWork clean(const PassRequest& asked) const { return {facts_, batches_, asked, nullptr}; }
  [[nodiscard]] PassWork edited(const PassRequest& asked, const VariantsPtr& variants) const {
    return {facts_, batches_, asked, variants};
  }
  /// Of all variants of all prompts; of their clean pass.
  [[nodiscard]] pipeline::Bytes bytes(const PassWork& work, const VariantsPtr& variants = nullptr) const {
    return bytes_of(work, batches_[0], {0, variants ? variants->size() : 1});
  }

  /// The rows of a clean pass of which all that is asked, and of edited passes behind it.
  [[nodiscard]] RowPlan clean_rows(const ForwardPlan& asked) const {
    std::vector<FedPrompt> fed;
    for (std::size_t prompt = 0; prompt < prompts_.size(); ++prompt) fed.push_back(tokens_->fed(prompt));
    return plan_clean(config(), prompts_, fed, asked);
  }
  [[nodiscard]] RowPlan edited_rows(const PassRequest& asked, const VariantsPtr& variants) const {
    PassRequest of_clean;
    of_clean.keep_for(variants, asked);
    std::vector<EditedPrompt> edited;
    for (std::size_t prompt = 0; prompt < prompts_.size(); ++prompt) {
      for (const Variant& variant : *variants) edited.push_back({prompt, &variant});
    }
    return plan_edited(config(), clean_rows(of_clean.plan()), edited, asked.plan());
  }

  [[nodiscard]] const Config& config() const { return subject_.config(); }
  [[nodiscard]] const pipeline::Batch& batch() const { return batches_[0]; }

 private:
  pipeline::Batch& batch() { return batches_[0]; }

  std::vector<Ids> prompts_;
  std::shared_ptr<TokenFacts> tokens_ = std::make_shared<TokenFacts>();
  std::shared_ptr<pipeline::Findings> findings_ = std::make_shared<pipeline::Findings>();
  ModelSubject subject_{"nano"};
  PassFacts facts_;
  std::vector<pipeline::Batch> batches_{1};
};

TEST(PassWork, ChunksHaveAsManyRowsAsAreComputed) {
  const Prompts prompts({tokens(20)});
  const auto chunks = [&](const Positions& positions, std::size_t rows) {
    // 32 variants, 10 a part.
    return prompts.edited(last_logits(), heads({0, 1, 2, 3}, positions)).chunks(prompts.batch(), 10, rows);
  };
  EXPECT_EQ(chunks(Positions::all(), 200), (Sizes{1, 1, 1, 1}));
  EXPECT_EQ(chunks(Positions::all(), 400), (Sizes{2, 2}));
  EXPECT_EQ(chunks(Positions::last(), 200), Sizes{4});
  EXPECT_EQ(chunks(Positions::slice(-5, {}), 200), Sizes{4});  // 160 rows
  EXPECT_EQ(chunks(Positions::slice(-10, {}), 200), (Sizes{2, 2}));
}

TEST(PassWork, ChunksHaveAPartWhateverItTakes) {
  const Prompts prompts({tokens(20)});
  const VariantsPtr variants = heads({0, 1}, Positions::all());
  EXPECT_EQ(prompts.edited(last_logits(), variants).chunks(prompts.batch(), 4, 1), (Sizes{1, 1, 1, 1}));
}

TEST(PassWork, ChunksCountTheVariantsThatComputeNothing) {
  const Prompts prompts({tokens(20), tokens(20, 500)});
  // The last block's z is behind what is asked for.
  const PassWork work =
      prompts.edited(captures(HookKind::resid_post, Positions::last()), heads({7}, Positions::all()));
  EXPECT_EQ(work.cost().flops, 0);
  EXPECT_EQ(work.chunks(prompts.batch(), 1, 8), (Sizes{4, 4}));
}

TEST(PassWork, ChunksCountWhatPromptsShareOnce) {
  const VariantsPtr variants = heads({0, 1}, Positions::all());
  const auto chunks = [&](const Ids& other) {
    const Prompts prompts({tokens(20), other});
    return prompts.edited(last_logits(), variants).chunks(prompts.batch(), 1, 160);
  };
  EXPECT_EQ(chunks(tokens(20, 500)), (Sizes{4, 4, 4, 4}));
  EXPECT_EQ(chunks(branch(tokens(20), 18, 2)), (Sizes{7, 7, 2}));  // 22 rows each
}

TEST(PassWork, AnEditAtTheLastPositionCostsOneRowAVariant) {
  const Prompts prompts({tokens(20)});
  const VariantsPtr at_last = heads({0, 1, 2}, Positions::last());
  const pipeline::Cost last = prompts.edited(last_logits(), at_last).cost();
  const pipeline::Cost all = prompts.edited(last_logits(), heads({0, 1, 2}, Positions::all())).cost();
  EXPECT_EQ(last.passes, 24);
  EXPECT_EQ(last.rows, 24);
  EXPECT_EQ(last.whole_rows, 24 * 20);
  EXPECT_EQ(all.rows, 24 * 20);
  EXPECT_LT(last.flops, all.flops / 8);
}

TEST(PassWork, APromptThatBeginsAsAnotherCostsItsOwnRows) {
  const Ids prompt = tokens(20);
  const Prompts one({prompt});
  const Prompts two({prompt, branch(prompt, 18, 2)});
  const pipeline::Cost clean = two.clean(last_logits()).cost();
  EXPECT_EQ(clean.passes, 2);
  EXPECT_EQ(clean.rows, 20 + 2);
  EXPECT_EQ(clean.whole_rows, 40);
  EXPECT_LT(clean.flops, 1.3 * one.clean(last_logits()).cost().flops);
  const pipeline::Cost edited = two.edited(last_logits(), heads({0, 1}, Positions::all())).cost();
  EXPECT_EQ(edited.rows, 16 * (20 + 2));
  // A mean is over the whole prompt, so that all of its rows are others.
  const VariantsPtr means = heads({0, 1}, Positions::all(), Replacement("mean", "head"));
  EXPECT_EQ(two.edited(last_logits(), means).cost().rows, 16 * (20 + 20));
}

TEST(PassWork, PromptsThatReadHiddenKeysShareNothing) {
  const Ids prompt = tokens(20);
  const Prompts two({prompt, branch(prompt, 18, 2)});
  EXPECT_EQ(two.clean(captures(HookKind::scores_raw, Positions::all())).cost().rows, 40);
}

TEST(PassWork, BytesGrowByWhatIsKept) {
  const Prompts prompts({tokens(20), tokens(12, 500)});
  const double row = 128 * sizeof(float);
  PassRequest more = last_logits();
  more.keep({HookKind::resid_post, 3}, Positions::all());
  const auto held = [&](const PassRequest& asked) { return prompts.bytes(prompts.clean(asked)).held; };
  EXPECT_EQ(held(more) - held(last_logits()), (20 + 12) * row);
  // What is known of two sequences' rows, of 8 layers of 24 places and those outside, three times.
  EXPECT_EQ(held(PassRequest()), 2 * 3 * (8 + 1) * 24 * sizeof(HeadPositions));

  const auto of_variants = [&](const PassRequest& asked, const Positions& positions) {
    const VariantsPtr variants = heads({0, 1}, positions);
    return prompts.bytes(prompts.edited(asked, variants), variants).held;
  };
  const auto growth = [&](const Positions& positions) {
    return of_variants(more, positions) - of_variants(last_logits(), positions);
  };
  const double found = 16 * (20 + 12) * sizeof(std::span<const float>);  // where rows are, whosever
  EXPECT_EQ(growth(Positions::all()), 16 * (20 + 12) * row + found);
  EXPECT_EQ(growth(Positions::last()), 16 * (1 + 1) * row + found);  // the others are the clean pass's
}

TEST(PassWork, BytesOfACleanPassGrowByWhatVariantsRead) {
  const Prompts prompts({tokens(20)});
  PassRequest read = last_logits();
  read.keep_for(heads({2}, Positions::last()), last_logits());
  const double more =
      prompts.bytes(prompts.clean(read)).held - prompts.bytes(prompts.clean(last_logits())).held;
  // Keys and values of the layers behind the edit, what the attention of the edited one is added to, and z.
  EXPECT_EQ(more, (5 * 2 * 19 + 2) * 128 * sizeof(float));
}

TEST(PassWork, OfNamedTokensNoProductWithTheVocabularyIsCounted) {
  const Prompts prompts({tokens(20)});
  const VariantsPtr variants = heads({0, 1}, Positions::last());
  const PassWork named = prompts.edited(named_logits({3, 4}), variants);
  const PassWork whole = prompts.edited(last_logits(), variants);
  PassRequest both = last_logits();
  both.add(named_logits({3, 4}));
  const auto vocabulary = static_cast<double>(prompts.config().vocabulary);
  EXPECT_EQ(whole.cost().flops - named.cost().flops, 16 * 2 * 128 * vocabulary);
  EXPECT_EQ(prompts.edited(both, variants).cost().flops, whole.cost().flops);
  EXPECT_LT(prompts.bytes(named, variants).held, prompts.bytes(whole, variants).held);
}

TEST(PassWork, BytesAreOfTheVariantsThatRunTogether) {
  const Prompts prompts({tokens(20)});
  const VariantsPtr variants = heads({0, 1}, Positions::all());
  const PassWork work = prompts.edited(last_logits(), variants);
  const auto working = [&](std::size_t first, std::size_t count) {
    return bytes_of(work, prompts.batch(), {first, count}).working;
  };
  EXPECT_GT(working(0, 16), 3 * working(0, 4));
  EXPECT_EQ(working(0, 4), working(4, 4));
}

TEST(PassWork, OfARefusedPromptIsNothing) {
  Prompts prompts({tokens(20), tokens(12, 500)});
  prompts.refuse(1);
  const Prompts one({tokens(20)});
  const pipeline::Cost cost = prompts.clean(last_logits()).cost();
  EXPECT_EQ(cost.passes, 1);
  EXPECT_EQ(cost.flops, one.clean(last_logits()).cost().flops);
  EXPECT_EQ(prompts.bytes(prompts.clean(last_logits())).held, one.bytes(one.clean(last_logits())).held);
}

TEST(PassWork, OfAnswersIsThatOfPromptsWithThemBehind) {
  const Prompts prompts({tokens(20)});
  auto ids = std::make_shared<TokenLists>();
  ids->add(Ids{7, 8, 9});
  PassRequest asked;
  asked.keep_answers({"target", ids});
  const pipeline::Cost clean = prompts.clean(asked).cost();
  EXPECT_EQ(clean.passes, 1);
  EXPECT_EQ(clean.rows, 20 + 2);  // the last has only to be predicted
  const pipeline::Cost edited = prompts.edited(asked, heads({0}, Positions::last())).cost();
  EXPECT_EQ(edited.rows, 8 * 3);
}

struct Case {
  std::string name;
  std::vector<Ids> prompts;
  PassRequest asked;
  VariantsPtr variants;
  std::vector<Sizes> named{};
};

std::vector<Case> cases() {
  const Ids prompt = tokens(20);
  const std::vector<Ids> unlike = {prompt, tokens(12, 500), tokens(3, 900)};
  const std::vector<Ids> alike = {prompt, branch(prompt, 18, 2), branch(prompt, 18, 5), branch(prompt, 4, 9)};
  const std::vector<Ids> beginnings = {prompt, tokens(8), tokens(20), tokens(24), tokens(22)};
  const VariantsPtr last = heads({0, 3, 7}, Positions::last());
  const VariantsPtr all = heads({0, 3, 7}, Positions::all());
  const VariantsPtr first = heads({2}, Positions::at({0}));
  const VariantsPtr means = heads({1, 4}, Positions::slice(1, {}), Replacement("mean", "positions"));
  PassRequest both = last_logits();
  both.keep({HookKind::pattern, 3}, Positions::all());
  both.keep({HookKind::resid_post, 5}, Positions::slice(0, 2));
  const PassRequest inner = captures(HookKind::resid_post, Positions::slice(1, -1));
  return {
      {"last", unlike, last_logits(), last},
      {"all", unlike, last_logits(), all},
      {"captures", unlike, both, all},
      {"named tokens", unlike, named_logits({3}), all},
      {"prefixes, named tokens", alike, named_logits({3}), last},
      {"means", unlike, both, means},
      {"prefixes, last", alike, last_logits(), last},
      {"prefixes, all", alike, last_logits(), all},
      {"prefixes, first", alike, both, first},
      {"prefixes, captures", alike, both, all},
      {"prefixes, means", alike, both, means},
      {"prefixes, scores", alike, captures(HookKind::scores_raw, Positions::last()), all},
      // What predicts behind the shorter one is a row of the longer one's.
      {"beginnings, last", beginnings, last_logits(), last},
      {"beginnings, all", beginnings, last_logits(), all},
      {"beginnings, slice", beginnings, inner, all},
      {"beginnings, first", beginnings, both, first},
      {"beginnings, means", beginnings, both, means},
  };
}

void expect_rows_of_the_pass(const Case& of) {
  SCOPED_TRACE(of.name);
  const Prompts prompts(of.prompts, of.named);
  const auto expect_cost = [&](const PassWork& work, const RowPlan& rows, const VariantsPtr& variants) {
    const PassCost cost(prompts.config(), rows);
    const pipeline::Bytes bytes = prompts.bytes(work, variants);
    EXPECT_DOUBLE_EQ(work.cost().flops, cost.flops());
    EXPECT_EQ(bytes.working, cost.working_bytes(prompts.config()));
    EXPECT_EQ(bytes.held, cost.held_bytes(prompts.config(), variants == nullptr ? LogitBlocks::kAll : 1) +
                              cost.index_bytes());
  };
  expect_cost(prompts.edited(of.asked, of.variants), prompts.edited_rows(of.asked, of.variants), of.variants);
  PassRequest of_clean = of.asked;
  of_clean.keep_for(of.variants, of.asked);
  expect_cost(prompts.clean(of_clean), prompts.clean_rows(of_clean.plan()), nullptr);
}

TEST(PassWork, AgreesWithTheRowsOfThePass) {
  for (const Case& of : cases()) expect_rows_of_the_pass(of);
}

/// Prompts of few different tokens, so that most begin as others do, with a named position each.
Case drawn_case(std::mt19937& random) {
  const auto below = [&](std::size_t count) { return random() % count; };
  Case of;
  for (std::size_t i = 0; i < 8; ++i) {
    Ids& ids = of.prompts.emplace_back(4 + below(6));
    for (std::int32_t& id : ids) id = static_cast<std::int32_t>(below(2));
    of.named.push_back({below(ids.size())});
  }
  const Positions named = Positions::of_name(kNamed);
  const std::vector<Positions> places = {named, Positions::last(), Positions::all(), Positions::at({1})};
  of.asked = below(3) == 0 ? named_logits({3}) : last_logits();
  if (below(2) == 0) of.asked.keep({HookKind::resid_post, below(8)}, places[below(places.size())]);
  if (below(3) == 0) of.asked.keep({HookKind::z, below(8)}, named);
  if (below(4) == 0) of.asked.keep({HookKind::pattern, below(8)}, named);
  const Replacement with = below(4) == 0 ? Replacement("mean", "positions") : Replacement{};
  of.variants = heads({below(8), below(8)}, places[below(places.size())], with);
  if (below(4) == 0) of.variants = where_named_alone(*of.variants);
  return of;
}

TEST(PassWork, AgreesWithTheRowsOfThePassWhateverPromptsShare) {
  std::mt19937 random(1);
  for (int round = 0; round < 60; ++round) {
    Case of = drawn_case(random);
    of.name = "round " + std::to_string(round);
    expect_rows_of_the_pass(of);
  }
}

}  // namespace
}  // namespace hookflow::stages
