#include "stages/generate/continued_texts.hpp"

#include <algorithm>
#include <utility>

#include "model/numerics/parallel.hpp"
#include "pipeline/error.hpp"
#include "stages/given/seeded.hpp"
#include "stages/prediction/next_token.hpp"
#include "stages/subject/finite.hpp"
#include "stages/subject/logit_rows.hpp"

namespace hookflow::stages {
namespace {

bool goes_on(const ContinuedText& text, const HowToContinue& how) {
  return text.failure.empty() && text.ids.size() < how.tokens &&
         (text.ids.empty() || !how.stop.contains(text.ids.back()));
}

double uniform_of(const ContinuedText& text, std::int64_t seed) {
  return Seeded({std::to_string(seed), text.prompt, std::to_string(text.sample),
                 std::to_string(text.ids.size())})
      .uniform();
}

/// `read`: gives the logits of the token.
template <typename Read>
void add_token(const Read& read, const HowToContinue& how, ContinuedText& text) {
  try {
    const LogitRow logits = read();
    const double uniform = how.sampling.is_greedy() ? 0 : uniform_of(text, how.seed);
    const std::int32_t id = choose_token(logits.values, how.sampling, uniform);
    const NextToken predicted(logits);
    text.ids.push_back(id);
    text.log_probs.push_back(predicted.log_prob(id));
    text.entropies.push_back(predicted.entropy());
  } catch (const pipeline::PromptFailure& failure) {
    text.failure = failure.what();
  }
}

LogitRow finite_row(const LogitBlocks& logits, std::size_t row, const ContinuedText& text) {
  LogitRow read = logits.row(row);
  check_finite(read.values, [&](std::size_t id) {
    return "the logit of token id " + std::to_string(id) + " behind new token " +
           std::to_string(text.ids.size() - 1);
  });
  return read;
}

/// Block after block, so that no more logits than of one are in memory.
template <typename Use>
void for_each_row(std::size_t rows, const Use& use) {
  for (std::size_t first = 0; first < rows; first += LogitBlocks::kRows)
    parallel_blocks(std::min(LogitBlocks::kRows, rows - first), [&](std::size_t i) { use(first + i); });
}

}  // namespace

void continue_texts(const Model& model, const HowToContinue& how, std::vector<ContinuedText>& texts) {
  std::vector<ContinuedPass> passes;
  for (const ContinuedText& text : texts)
    passes.push_back({&text.pass.result, text.pass.fed, text.edits, text.given});
  for_each_row(texts.size(), [&](std::size_t i) {
    add_token([&] { return LogitRows(texts[i].pass, Positions::last()).row(0); }, how, texts[i]);
  });
  Continuation continuation(model, std::move(passes), how.tokens - 1);
  while (true) {
    std::vector<Continuation::NewToken> fed;
    for (std::size_t i = 0; i < texts.size(); ++i)
      if (goes_on(texts[i], how)) fed.push_back({i, texts[i].ids.back()});
    if (fed.empty()) return;
    const auto logits = continuation.feed(fed);
    for_each_row(fed.size(), [&](std::size_t row) {
      ContinuedText& text = texts[fed[row].pass];
      add_token([&] { return finite_row(*logits, row, text); }, how, text);
    });
  }
}

}  // namespace hookflow::stages
