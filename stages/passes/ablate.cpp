#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/edits/hidden_keys.hpp"
#include "model/rows/edited_rows.hpp"
#include "pipeline/stage/registry.hpp"
#include "stages/edit/edit_positions.hpp"
#include "stages/edit/grid/variant_grid.hpp"
#include "stages/edit/replacement_param.hpp"
#include "stages/edit/variant_list.hpp"
#include "stages/given/given_edits.hpp"
#include "stages/params/positions_param.hpp"
#include "stages/subject/pass_request.hpp"
#include "stages/subject/values.hpp"
#include "stages/work/pass_work.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

constexpr const char* kOneOfTwo =
    "is missing, and so is variants; write at: \"blocks.*.attn.hook_z[*]\" for one variant for each head, or "
    "variants: [{name: ..., edits: [...]}] for sets of edits";

void refuse_beside_variants(const std::string& param, bool given) {
  if (given)
    throw ParamError(param, "cannot be given together with variants; must be in the edits of a variant");
}

/// What variants hide in all, each set once.
std::vector<HiddenSet> hidden_by_any(const std::vector<Variant>& variants, const Variant& below) {
  std::vector<HiddenSet> all;
  for (const Variant& variant : variants) {
    for (HiddenSet& hidden : hidden_keys(variant, &below))
      if (std::ranges::find(all, hidden) == all.end()) all.push_back(std::move(hidden));
  }
  return all;
}

/// Keys behind a query count as hidden, also where an edit of the pass below lets it see them.
void refuse_shown_keys(const std::vector<Variant>& variants, const Variant& below) {
  for (const Intervention& edit : below) {
    const auto misses = [&](const Intervention& again) {
      return shows_hidden_keys(edit) && again.at == edit.at && again.keys && !shows_hidden_keys(again);
    };
    for (const Variant& variant : variants)
      if (std::ranges::any_of(variant, misses))
        throw ParamError("in",
                         "the pass that is edited has an edit of its own at " + to_string(edit.at) +
                             " that lets queries see keys behind them, which an edit there of some keys "
                             "does not reach; must be of all keys, or make both edits here");
  }
}

std::vector<PassResult> take(std::vector<PassResult>& results, std::size_t first, std::size_t count) {
  const auto begin = results.begin() + static_cast<std::ptrdiff_t>(first);
  return {std::make_move_iterator(begin),
          std::make_move_iterator(begin + static_cast<std::ptrdiff_t>(count))};
}

/// Runs edited passes: the variants of each prompt are every combination of replacement, hook point, layer
/// and head, or the sets of edits that are named. Which variants run together depends on the workflow alone,
/// so the same rows share each matrix product in every run.
class Ablate : public BatchStage {
 public:
  std::vector<std::string> at;
  std::vector<Replacement> with = {Replacement{}};
  EditPositions positions;
  std::optional<EditPositions> keys;
  std::vector<std::string> except;
  std::vector<std::string> together;
  std::int64_t window = 1;
  std::vector<NamedEdit> also;
  std::vector<NamedVariant> variants;
  std::int64_t rows = 1024;

  Output plan(const PlanContext& context) override {
    auto facts = std::make_shared<VariantFacts>();
    facts->clean = clean_ = context.facts<PassFacts>(0);
    batches_ = context.batches;
    below_ = clean_->edits;
    for (const Intervention& edit : below_)
      if (edit.with->reads_all_rows())
        throw ParamError("in",
                         "the pass that is edited has a mean over positions among its own edits, which "
                         "would be another mean in each variant; make that edit here, with `also`");
    EditScope scope(clean_->subject->config(), context, *clean_->tokens);
    LabelledVariants labelled = make_variants(scope);
    refuse_shown_keys(labelled.variants, below_);
    for (const HiddenSet& hidden : hidden_by_any(labelled.variants, below_))
      if (!in_turn(hidden)) scope.check_hidden(hidden, {variants.empty() ? "keys" : "variants"});
    Output output;
    given_ = GivenEdits(labelled.variants, variants.empty() ? "with" : "variants", context, *clean_, output);
    made_ = std::make_shared<const std::vector<Variant>>(std::move(labelled.variants));
    facts->variants = made_;
    facts->everywhere = edits_everywhere();
    output.expands = std::move(labelled.axes);
    a_part_ = output.variants_a_part = std::max<std::size_t>(1, most_rows() / most_tokens());
    output.parts = (made_->size() + a_part_ - 1) / a_part_;
    output.facts = std::move(facts);
    return output;
  }

  std::vector<PortRequest> take_requests(std::span<const RequestPtr> requests) override {
    asked_ = combined(requests);
    auto of_clean = std::make_shared<PassRequest>();
    of_clean->keep_for(made_, asked_);
    work_.emplace(*clean_, batches_, asked_, made_, below_.empty() ? nullptr : &below_);
    return {{0, std::move(of_clean)}};
  }

  [[nodiscard]] Cost cost() const override {
    Cost cost = work_->cost();
    for (std::size_t first = 0; first < made_->size(); first += a_part_) cost += given_.cost();
    return cost;
  }
  [[nodiscard]] std::vector<Bytes> bytes(const Batch& batch,
                                         std::span<const VariantRange> ranges) const override {
    std::vector<Bytes> bytes = work_->bytes(batch, ranges);
    for (std::size_t i = 0; i < ranges.size(); ++i)
      bytes[i] += given_.bytes(batch, *work_, std::span(*made_).subspan(ranges[i].first, ranges[i].count));
    return bytes;
  }
  [[nodiscard]] double flops(const Work& work) const override { return work_->flops(work); }
  [[nodiscard]] std::vector<std::size_t> chunks(const Batch& batch) const override {
    return work_->chunks(batch, a_part_, most_rows());
  }

  void prepare() override {
    model_ = &clean_->subject->model();
    clean_.reset();  // it holds every prompt's tokens
  }

  [[nodiscard]] std::vector<ValuePtr> run(std::span<const Inputs> prompts, VariantRange of) const override {
    const auto [first, count] = of;
    const std::span chosen = std::span(*made_).subspan(first, count);
    std::vector<RowSources> given;
    for (const Inputs& inputs : prompts) given.push_back(given_.of(inputs, inputs.get<Pass>(0).fed, chosen));
    std::vector<EditedPrompt> edited;
    for (std::size_t p = 0; p < prompts.size(); ++p) {
      for (std::size_t i = 0; i < count; ++i)
        edited.push_back({prompts[p].get<Pass>(0).index, &chosen[i], &given[p]});
    }
    const auto& clean = prompts.front().get<Pass>(0);
    std::vector<PassResult> results = run_edited(*model_, *clean.batch, edited, asked_.plan());
    std::map<std::string, std::vector<PassResult>> answered;
    for (const auto& [column, asked] : asked_.answer_plans())
      answered[column] = run_edited(*model_, *clean.answered.at(column), edited, asked.plan);
    std::vector<ValuePtr> values;
    for (std::size_t p = 0; p < prompts.size(); ++p) {
      auto made = std::make_shared<Variants>();
      made->first = first;
      made->fed = prompts[p].get<Pass>(0).fed;
      made->given = prompts[p].get<Pass>(0).given;
      made->given.insert(made->given.end(), given[p].begin(), given[p].end());
      for (std::size_t i = 0; i < count; ++i) made->fits.push_back(fits(chosen[i], made->fed));
      made->results = take(results, p * count, count);
      for (auto& [column, passes] : answered) made->answered[column] = take(passes, p * count, count);
      values.push_back(std::move(made));
    }
    return values;
  }

  [[nodiscard]] ValuePtr read_results(std::size_t /*port*/,
                                      std::span<const std::unique_ptr<StoredRows>> variables) const override {
    return given_.read_results(variables);
  }

  /// The passes that replacements take rows from.
  [[nodiscard]] std::vector<std::string> passes_named() const {
    std::vector<std::string> all;
    for (const Replacement& replacement : with) add_passes(replacement, all);
    for (const NamedEdit& edit : also) add_passes(edit.with, all);
    for (const NamedVariant& variant : variants)
      for (const NamedEdit& edit : variant.edits) add_passes(edit.with, all);
    return all;
  }

 private:
  [[nodiscard]] LabelledVariants make_variants(EditScope& scope) const {
    if (variants.empty() && at.empty()) throw ParamError("at", kOneOfTwo);
    if (variants.empty())
      return make_variant_grid(
          {at, with, positions, together, except, also, keys, static_cast<std::size_t>(window)}, scope);
    const Ablate defaults;
    refuse_beside_variants("at", at != defaults.at);
    refuse_beside_variants("with", with != defaults.with);
    refuse_beside_variants("positions", positions != defaults.positions);
    refuse_beside_variants("keys", keys.has_value());
    refuse_beside_variants("except", except != defaults.except);
    refuse_beside_variants("together", together != defaults.together);
    refuse_beside_variants("window", window != defaults.window);
    refuse_beside_variants("also", !also.empty());
    return make_variant_list(variants, scope);
  }

  [[nodiscard]] std::shared_ptr<const std::vector<Variant>> edits_everywhere() const {
    std::vector<Variant> all;
    for (const Variant& variant : *made_) {
      Variant& edits = all.emplace_back(clean_->everywhere);
      for (Intervention& edit : given_.everywhere(variant)) {
        if (edit.source) *edit.source += clean_->sources;
        edits.push_back(std::move(edit));
      }
    }
    return std::make_shared<const std::vector<Variant>>(std::move(all));
  }

  /// Whether the prompt has what the variant edits, and keys are left to its queries: else there is no such
  /// pass of it.
  [[nodiscard]] bool fits(const Variant& variant, const FedPrompt& fed) const {
    const auto there = [&](const Intervention& edit) { return is_there(edit, fed); };
    const auto sees = [&](const HiddenSet& hidden) { return !blind_query(hidden, fed); };
    return std::ranges::all_of(variant, there) && std::ranges::all_of(hidden_keys(variant, &below_), sees);
  }

  [[nodiscard]] std::size_t most_rows() const { return static_cast<std::size_t>(rows); }

  /// Of a batch: the tokens of its prompts, which a variant of each computes at most, without answers.
  [[nodiscard]] std::size_t most_tokens() const {
    std::size_t most = 1;
    for (const Batch& batch : batches_) {
      std::size_t tokens = 0;
      for (const std::size_t prompt : batch.prompts) tokens += clean_->tokens->lengths[prompt];
      most = std::max(most, tokens);
    }
    return most;
  }

  std::shared_ptr<const std::vector<Variant>> made_;
  GivenEdits given_;
  Variant below_;                           // the edits of the pass that is edited
  std::shared_ptr<const PassFacts> clean_;  // while planning,
  std::span<const Batch> batches_;          // and these
  PassRequest asked_;                       // by the stages behind
  std::optional<PassWork> work_;
  std::size_t a_part_ = 1;  // variants
  const Model* model_ = nullptr;
};

const bool kAblate = register_stage(
    Declaration<Ablate>(
        "ablate",
        "Runs each prompt again with edits: one variant for every hook point, layer, head and "
        "replacement, or any sets of edits as named variants")
        .input("clean", kPass, "the pass whose activations are edited")
        .optional_input(kValues, kMeasures, kValuesDoc)
        .aggregated()
        .reads(kPass, &Ablate::passes_named)
        .output(kVariants,
                "the edited passes; adds the axes replacement, layer, head, those of senders where there are "
                "any; "
                "or the axis variant")
        .param("at", &Ablate::at,
               "Hook points to edit, such as blocks.*.attn.hook_z[*], one variant for each; must be given "
               "unless variants is")
        .such_as("at: \"blocks.*.attn.hook_z[*]\"")
        .param(
            "with", &Ablate::with,
            "What replaces the activation, one variant for each. {mean: head} needs a head, as in "
            "hook_z[*]; means "
            "are over all positions of the prompt, whatever positions says; "
            "{mean: prompts} is the mean over the prompts that comes to the input values, for the hook "
            "point's own "
            "layer, head and position; {add: values, times: x} adds it, or another direction, "
            "{values: \"FILE.h5:/stage/variable\"} and {add: \"FILE.h5:/stage/variable\"} take what another "
            "run stored; {path: PASS, senders: \"blocks.*.attn.hook_z[*]\"} is what the hook point would be, "
            "had "
            "each sender sent along the residual stream what that pass holds (path patching): attention in "
            "between is held, MLPs are computed anew or, with mlps: frozen, held; one variant for each "
            "sender; "
            "a list has one number for each dimension of the head or hook point, at hook_pattern for each "
            "token of the prompt; {add: [x, ...], name: rome} is labelled rome. Any of")
        .listing(edit_forms)
        .param("positions", &Ablate::positions,
               "Which positions are edited: all, last, a list, a slice such as \"1:\", or what stands there, "
               "{token: \" her\"} or {column: NAME}; each makes one variant for each position, along an axis "
               "position, and {each_of: [all, last]} one for each of these, along an axis positions")
        .param("keys", &Ablate::keys,
               "Which keys are edited of those queries, at hook_attn_scores and hook_pattern, written as "
               "positions; all if not given. each makes one variant for each key, along an axis key, and "
               "{each_of: [...]} an axis keys. with: masked at hook_attn_scores hides them: what is left of "
               "the pattern adds up to 1 again, as if those tokens were not there. Edited scores go through "
               "the softmax; a pattern that is edited is taken as it is, and its weights no longer add up to "
               "1. Scores of keys behind a query stay hidden")
        .param("except", &Ablate::except, "Hook points to leave out of those in `at`")
        .param("also", &Ablate::also,
               "Edits that every variant has beside its own, such as noise on the embeddings that single "
               "activations are then restored against: a list of {at: ..., with: ..., positions: ..., keys: "
               "...}")
        .param("together", &Ablate::together,
               "Axes along which all hook points are edited in one variant, instead of in one variant each: "
               "hook_point, layer, head; of paths also sender_layer, sender_head, sender, to send together")
        .param("window", &Ablate::window,
               "How many layers are edited in one variant: each layer with those around it, fewer at the "
               "model's ends; of an even number one more lies before it than behind it",
               countable())
        .param("variants", &Ablate::variants,
               "Sets of edits, instead of at; all edits of a set are made in one pass, such as [{name: both, "
               "edits: [{at: \"blocks.0.attn.hook_z[3]\"}, {at: \"blocks.7.attn.hook_z[5]\", with: {mean: "
               "head}, positions: last}]}, {name: all_but_one, edits: [{at: \"blocks.*.attn.hook_z[*]\", "
               "except: \"blocks.7.attn.hook_z[5]\"}]}]",
               distinct_names())
        .param("rows", &Ablate::rows,
               "Largest number of rows (positions that are computed, of all variants together) that share a "
               "matrix product",
               countable()));

}  // namespace
}  // namespace hookflow::stages
