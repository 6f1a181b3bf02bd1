#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/pass/cost.hpp"
#include "pipeline/stage/registry.hpp"
#include "stages/generate/continued_texts.hpp"
#include "stages/generate/new_token_edits.hpp"
#include "stages/generate/sampling_params.hpp"
#include "stages/measure/numbers.hpp"
#include "stages/params/pass_plan.hpp"
#include "stages/subject/token_id.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

/// Continues passes token by token, all of a batch's prompts and variants side by side.
class Generate : public FlowStage {
 public:
  std::int64_t new_tokens = 0;
  double temperature = 0;
  double top_p = 1;
  std::int64_t seed = 0;
  std::int64_t samples = 1;
  std::optional<std::vector<TokenChoice>> stop;

  Output plan(const PlanContext& context) override {
    const PassPlan passes(context);
    if (passes.compares())
      throw ParamError("in",
                       "both a clean pass and edited ones come in; must be one of them: how the clean pass "
                       "goes on is a stage of its own");
    subject_ = &passes.subject();
    how_ = {static_cast<std::size_t>(new_tokens), {temperature, top_p}, seed, stop_tokens(stop, context)};
    check_drawn(how_.sampling, seed, samples);
    edits_ = check_new_token_edits(passes);
    read_lengths(passes);
    PassRequest request;
    request.keep_logits(Positions::last());
    for (const HookPoint& place : continued_places(passes.config())) request.keep(place, Positions::all());
    Output output;
    output.ask(passes.edited() ? 1 : 0, request);
    declare(passes, output);
    return output;
  }

  void prepare() override { model_ = &subject_->model(); }

  /// Each token behind the first is a pass that computes one row.
  [[nodiscard]] Cost cost() const override {
    Cost cost;
    const auto steps = static_cast<double>(how_.tokens - 1);
    const auto texts = static_cast<double>(edits_->size() * sample_count());
    for (const std::size_t length : lengths_) {
      if (length == 0) continue;
      const double mean_length = static_cast<double>(length) + static_cast<double>(how_.tokens) / 2;
      cost.passes += steps * texts;
      cost.rows += steps * texts;
      cost.whole_rows += steps * texts * mean_length;
      cost.flops += steps * texts * costs_.at(length).flops();
    }
    return cost;
  }

  [[nodiscard]] std::vector<Bytes> bytes(const Batch& batch,
                                         std::span<const VariantRange> ranges) const override {
    PassCost of_variant;
    for (const std::size_t prompt : batch.prompts)
      if (lengths_[prompt] > 0) of_variant += costs_.at(lengths_[prompt]);
    std::vector<Bytes> bytes;
    const auto prompts = static_cast<std::size_t>(
        std::ranges::count_if(batch.prompts, [&](std::size_t prompt) { return lengths_[prompt] > 0; }));
    for (const VariantRange& range : ranges) {
      const std::size_t texts = range.count * sample_count();
      bytes.push_back({step_bytes(PassCost().add(of_variant, texts), prompts * texts), 0});
    }
    return bytes;
  }
  [[nodiscard]] double flops(const Work& work) const override {
    double step = 0;
    for (const std::size_t prompt : work.batch.prompts)
      if (lengths_[prompt] > 0) step += costs_.at(lengths_[prompt]).flops();
    return step * static_cast<double>((how_.tokens - 1) * work.variants.count * sample_count());
  }

  [[nodiscard]] std::vector<Outcome> run_batch(std::span<const Inputs> prompts,
                                               VariantRange variants) const override {
    std::vector<ContinuedText> texts;
    std::vector<std::size_t> ends;  // of the texts of each prompt
    for (const Inputs& inputs : prompts) {
      add_texts(inputs, texts);
      ends.push_back(texts.size());
    }
    continue_texts(*model_, how_, texts);
    std::vector<Outcome> outcomes;
    std::size_t first = 0;
    for (std::size_t p = 0; p < prompts.size(); ++p) {
      outcomes.push_back(outcome(prompts[p], std::span(texts).subspan(first, ends[p] - first), variants));
      first = ends[p];
    }
    return outcomes;
  }

 private:
  /// Of the last step of so many texts.
  [[nodiscard]] double step_bytes(const PassCost& step, std::size_t texts) const {
    const Config& config = subject_->config();
    return step.working_bytes(config) + step.held_bytes(config, 1) + step.index_bytes() +
           static_cast<double>(Continuation::floats(config, texts, how_.tokens - 1) * sizeof(float) +
                               texts * config.layers * 2 * sizeof(KeySegment));
  }

  /// Refuses prompts behind which there is not enough room.
  void read_lengths(const PassPlan& passes) {
    const std::size_t context = passes.config().context;
    lengths_ = passes.tokens().lengths;
    for (std::size_t i = 0; i < lengths_.size(); ++i) {
      std::size_t& length = lengths_[i];
      if (!passes.tokens().runs(i)) length = 0;
      if (length == 0) continue;
      if (length + how_.tokens - 1 > context) {
        passes.context().refuse(i, "new_tokens",
                                std::to_string(how_.tokens) + " are too many behind a prompt of " +
                                    std::to_string(length) + " tokens: all but the last are fed, and must " +
                                    "fit in the model's context of " + std::to_string(context));
        length = 0;
      } else if (!costs_.contains(length)) {
        const Sequence last =
            next_sequence({nullptr, FedPrompt(length)}, length + how_.tokens - 2, passes.config());
        costs_[length] = {passes.config(), RowPlan(passes.config(), {last})};
      }
    }
  }

  void declare(const PassPlan& passes, Output& output) {
    std::vector<Axis> of_text;
    if (samples > 1)
      of_text.push_back(passes.named(numbered_axis("sample", sample_count(), "text that was drawn")));
    std::vector<Axis> of_token = of_text;
    of_token.push_back(
        passes.named(numbered_axis("step", how_.tokens, "token behind the prompt, counted from 0")));
    of_token.back().spells = "text";
    output.add({"token_id", Dtype::int64, of_token, kTokenId, "new token"});
    output.add({"log_prob", Dtype::float64, of_token, "nat",
                "log-probability of the new token, of all tokens at temperature 1"});
    output.add({"entropy", Dtype::float64, of_token, "nat", "entropy of the prediction of the new token"});
    output.add(
        {"token_count", Dtype::int64, of_text, "1", "number of new tokens, up to one that ends the text"});
    stored_ = output.variables;
  }

  [[nodiscard]] std::size_t sample_count() const { return static_cast<std::size_t>(samples); }

  /// Those of one prompt, sample by sample of each pass that there is of it.
  void add_texts(const Inputs& inputs, std::vector<ContinuedText>& texts) const {
    const std::string id = inputs.prompt().id;
    const auto add = [&](const PassView& pass, std::size_t variant, const RowSources& given) {
      for (std::size_t sample = 0; sample < sample_count(); ++sample)
        texts.push_back({pass, &(*edits_)[variant], &given, id, sample});
    };
    if (const auto* variants = inputs.find<Variants>(1)) {
      for (std::size_t i = 0; i < variants->results.size(); ++i)
        if (variants->fits[i]) add(variants->view(i), variants->first + i, variants->given);
    } else {
      const auto& pass = inputs.get<Pass>(0);
      add(pass.view(), 0, pass.given);
    }
  }

  /// `texts`: those of the prompt.
  [[nodiscard]] Outcome outcome(const Inputs& inputs, std::span<const ContinuedText> texts,
                                VariantRange range) const {
    for (const ContinuedText& text : texts)
      if (!text.failure.empty()) return {nullptr, text.failure};
    const auto* variants = inputs.find<Variants>(1);
    auto measures = std::make_shared<Measures>();
    measures->first = variants != nullptr ? variants->first : range.first;
    measures->count = variants != nullptr ? variants->results.size() : 1;
    measures->columns = columns_for(stored_, measures->count);
    for (std::size_t i = 0; i < measures->count; ++i) {
      const bool fits = variants == nullptr || variants->fits[i];
      for (std::size_t sample = 0; sample < sample_count(); ++sample) {
        store(fits ? &texts.front() : nullptr, measures->columns);
        if (fits) texts = texts.subspan(1);
      }
    }
    return {measures, {}};
  }

  /// `text`: none where the prompt does not have what the variant edits.
  void store(const ContinuedText* text, std::vector<Column>& columns) const {
    Numbers numbers(stored_.size());
    if (text != nullptr) {
      numbers = {{text->ids.begin(), text->ids.end()},
                 text->log_probs,
                 text->entropies,
                 {static_cast<double>(text->ids.size())}};
    }
    for (std::size_t v = 0; v < numbers.size(); ++v) {
      add_missing(numbers[v], (v == 3 ? 1 : how_.tokens) - numbers[v].size());
      append(numbers[v], columns[v]);
    }
  }

  HowToContinue how_;
  ModelSubject* subject_ = nullptr;
  const Model* model_ = nullptr;
  std::shared_ptr<const std::vector<Variant>> edits_;  // of new tokens, by variant; one of a pass
  std::vector<std::size_t> lengths_;                   // of the prompts; 0 where one is not run
  std::map<std::size_t, PassCost> costs_;              // of the last token behind a prompt of that length
  std::vector<Variable> stored_;
};

constexpr const char* kGenerateDoc =
    "Continues each prompt token by token, by the most likely or by tokens that are drawn, clean or with "
    "the edits of the passes that it reads. Each new token is edited as the last of the text so far, and "
    "stays so when others follow: edits at `all` or `last` positions reach every one, and so do open "
    "slices such as \"1:\", while \"2:8\" reaches those that stand there in the text; other positions are "
    "the "
    "prompt's alone. What comes from outside reaches new "
    "tokens where it is the same at every position, as {add: values} without an axis position; means over "
    "positions cannot";

const bool kGenerate = register_stage(
    Declaration<Generate>("generate", kGenerateDoc)
        .optional_input("clean", kPass, "a pass that is continued, clean or with edits of its own")
        .optional_input("edited", kVariants, "edited passes, each of which is continued")
        .output(kMeasures,
                "token_id, log_prob, entropy [step], without a value behind the end of a text; token_count; "
                "with several samples all along an axis sample")
        .summary("token_id", "{texts}")
        .summary("token_count", "{mean}")
        .required("new_tokens", &Generate::new_tokens,
                  "How many tokens a text goes on for, if it does not end before", countable())
        .such_as("new_tokens: 8")
        .param("temperature", &Generate::temperature,
               "What logits are divided by before a token is drawn; of equally likely ones at 0 the lowest "
               "id is taken",
               temperature_rule())
        .param("top_p", &Generate::top_p,
               "Share of the probability that is drawn from: the most likely tokens, as few as have it",
               top_p_rule())
        .param(
            "seed", &Generate::seed,
            "Decides what is drawn, with the prompt's id, the sample and the step alone: all variants of a "
            "prompt draw by the same random numbers")
        .param("samples", &Generate::samples, "How many texts are drawn of each pass, along an axis sample",
               countable())
        .param("stop", &Generate::stop,
               "Tokens that end a text, which has the first of them as its last token: texts that are one "
               "token each, or ids; null: the model's end of text; []: none"));

}  // namespace
}  // namespace hookflow::stages
