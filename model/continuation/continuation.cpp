#include "model/continuation/continuation.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "model/error.hpp"
#include "model/memory/scratch.hpp"
#include "model/numerics/parallel.hpp"
#include "model/pass/layer_loop.hpp"
#include "model/pass/pass_record.hpp"
#include "model/rows/edited_rows.hpp"

namespace hookflow {
namespace {

KeySegments segments_of(const PassResult& prompt, std::size_t layer, std::size_t length, std::size_t width) {
  const CapturedRows& keys = prompt.captured.at({HookKind::k, layer});
  const CapturedRows& values = prompt.captured.at({HookKind::v, layer});
  KeySegments segments;
  // Heads lie side by side: the first one's row begins that of all.
  for (std::size_t position = 0; position < length; ++position)
    add_row(position, {keys.row(position).data(), 1, width}, {values.row(position).data(), 1, width},
            segments);
  return segments;
}

}  // namespace

std::vector<HookPoint> continued_places(const Config& config) {
  std::vector<HookPoint> places;
  for (std::size_t layer = 0; layer < config.layers; ++layer)
    for (const HookKind kind : {HookKind::k, HookKind::v}) places.push_back({kind, layer});
  return places;
}

bool reaches_new_tokens(const Intervention& edit, const FedPrompt& prompt) {
  return edited_positions(edit, {prompt.prompt + 1, 0, prompt.named}).contains(prompt.prompt);
}

Sequence next_sequence(const ContinuedPass& pass, std::size_t tokens_before, const Config& config) {
  Sequence sequence{FedPrompt(tokens_before + 1, 0, pass.fed.named)};
  const PositionSet last = PositionSet::range(tokens_before, tokens_before + 1);
  sequence.first = tokens_before;
  sequence.variant = pass.edits;
  sequence.edits_whole = true;
  sequence.given = pass.given;
  for (const HookPoint& place : continued_places(config)) sequence.asks[place] = last;
  sequence.asks[{HookKind::logits, 0}] = last;
  return sequence;
}

Continuation::Continuation(const Model& model, std::vector<ContinuedPass> passes, std::size_t most)
    : model_(model),
      passes_(std::move(passes)),
      most_(most),
      memory_(scratch_floats(floats(model.config, passes_.size(), most))) {
  past_.of.resize(passes_.size());
  for (const ContinuedPass& pass : passes_) tokens_.emplace_back(pass.fed.prompt);
  parallel_blocks(passes_.size(), [&](std::size_t i) {
    const auto& [prompt, fed, edits, given] = passes_[i];
    for (std::size_t layer = 0; layer < model.config.layers; ++layer)
      past_.of[i].push_back(segments_of(*prompt, layer, fed.prompt, model.config.attention_width()));
  });
}

std::size_t Continuation::floats(const Config& config, std::size_t passes, std::size_t most) {
  return passes * most * config.layers * 2 * config.attention_width();
}

std::shared_ptr<const LogitBlocks> Continuation::feed(std::span<const NewToken> tokens) {
  std::vector<Sequence> sequences;
  std::vector<std::vector<std::int32_t>> fed;
  for (const auto& [pass, id] : tokens) {
    if (tokens_[pass].size() >= model_.config.context)
      throw ModelError("a text of " + std::to_string(tokens_[pass].size()) +
                       " tokens cannot go on; the model's context is " +
                       std::to_string(model_.config.context));
    sequences.push_back(next_sequence(passes_[pass], tokens_[pass].size(), model_.config));
    sequences.back().prompt = pass;
    tokens_[pass].push_back(id);
    fed.push_back(tokens_[pass]);
  }
  PassRecord record;
  record.past = &past_;
  record.logit_blocks = 1;
  record.plan = RowPlan(model_.config, std::move(sequences));
  LayerLoop(model_, record, nullptr).run(fed);
  keep(record, tokens);
  return record.logits;
}

void Continuation::keep(const PassRecord& record, std::span<const NewToken> tokens) {
  for (std::size_t layer = 0; layer < model_.config.layers; ++layer) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const std::size_t pass = tokens[i].pass;
      const std::size_t position = tokens_[pass].size() - 1;
      const std::size_t row = pass * most_ + position - passes_[pass].fed.prompt;
      const auto kept_row = [&](HookKind kind) {
        const MutableView to = kept(layer, kind == HookKind::v).row_range(row, 1);
        std::ranges::copy(record.kept.at({kind, layer})->row(i, position), to.row(0).begin());
        return to;
      };
      add_row(position, kept_row(HookKind::k), kept_row(HookKind::v), past_.of[pass][layer]);
    }
  }
}

MutableView Continuation::kept(std::size_t layer, bool values) const {
  const std::size_t rows = passes_.size() * most_, a = model_.config.attention_width();
  return {memory_.get() + (2 * layer + (values ? 1 : 0)) * rows * a, rows, a};
}

}  // namespace hookflow
