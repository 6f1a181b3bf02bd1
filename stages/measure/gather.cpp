#include <optional>

#include "pipeline/error.hpp"
#include "pipeline/stage/registry.hpp"
#include "pipeline/values/spelling.hpp"
#include "stages/measure/pass_measure.hpp"
#include "stages/params/places.hpp"
#include "stages/params/token_choice.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

/// Where a prompt's vector is taken, or why it cannot be.
struct VectorPlace {
  std::size_t position = 0;
  std::string failure;
};

/// One vector a prompt, of the position at which a token stands.
class Gather : public PassMeasure {
 public:
  std::vector<std::string> at;
  TokenChoice token;
  std::optional<std::int64_t> position;
  std::int64_t offset = 0;

 protected:
  std::vector<Variable> plan_passes(const PassPlan& passes, PassRequest& request) override {
    if (passes.compares())
      throw ParamError("in", "clean and edited passes are both given; must be one of the two");
    if (token.given() == position.has_value()) {
      throw token.given() ? ParamError("position", "token is given as well; must be only one of the two")
                          : ParamError("token", "is missing; must be given unless position is");
    }
    config_ = passes.config();
    places_ = read_places(at, config_);
    find_positions(passes);
    std::vector<Variable> variables;
    for (const HookSelection& place : places_) {
      if (is_square(place.kind)) {
        throw ParamError("at",
                         pattern_name(place.kind) + " has no vector of the same length in every prompt");
      }
      // Where the token stands differs from prompt to prompt.
      for (const HookPoint& point : points(place)) request.keep(point, Positions::all());
      variables.push_back(declare(place, passes));
    }
    for (Variable& vectors : variables) vectors.ancillary = {"position"};
    variables.push_back({"position",
                         Dtype::int64,
                         {},
                         "1",
                         "position of the vector in the prompt, " + passes.tokens().counting()});
    variables.back().relation = Relation::detail;
    return variables;
  }

  void measure(const MeasuredPass& pass, Numbers& numbers) const override {
    const VectorPlace& taken = taken_.at(pass.prompt);
    if (!taken.failure.empty()) throw PromptFailure(taken.failure);
    for (std::size_t v = 0; v < places_.size(); ++v) {
      for (const HookPoint& point : points(places_[v])) {
        const Captured captured = pass.at(point);
        for (const std::size_t head : heads_of(places_[v], config_)) {
          const auto values = captured.row(taken.position, head);
          numbers[v].insert(numbers[v].end(), values.begin(), values.end());
        }
      }
    }
    numbers.back().push_back(static_cast<double>(taken.position));
  }

 private:
  /// A prompt whose position cannot be found fails when it is run; that every one fails is refused here.
  void find_positions(const PassPlan& passes) {
    const auto& ids = passes.tokens().ids;
    const std::vector<std::int32_t> wanted =
        token.given() ? chosen_tokens(token, passes.context()) : std::vector<std::int32_t>(ids.size());
    std::optional<std::size_t> first_failed;
    bool all_fail = true;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      VectorPlace& taken = taken_.emplace_back();
      if (!passes.tokens().runs(i)) continue;
      try {
        const auto start =
            token.given() ? static_cast<std::int64_t>(find_once(wanted[i], ids[i], passes.subject()))
                          : static_cast<std::int64_t>(Positions::at({*position}).resolve(ids[i].size())[0]);
        taken.position = moved(start, ids[i].size());
      } catch (const std::exception& error) {
        if (!fails_prompt(error)) throw;
        taken.failure = error.what();
        if (!first_failed) first_failed = i;
      }
      all_fail = all_fail && !taken.failure.empty();
    }
    if (all_fail && first_failed) {
      throw ParamError(token.given() ? "token" : "position", "no prompt has such a position; prompt '" +
                                                                 passes.prompts().id(*first_failed) +
                                                                 "': " + taken_[*first_failed].failure);
    }
  }

  [[nodiscard]] std::size_t moved(std::int64_t start, std::size_t length) const {
    // Without the sum, which an offset of any size may overflow.
    if (offset < -start || offset >= static_cast<std::int64_t>(length) - start) {
      throw PromptFailure("offset " + std::to_string(offset) + " from position " + std::to_string(start) +
                          " is outside the prompt of " + counted(length, "token"));
    }
    return static_cast<std::size_t>(start + offset);
  }

  [[nodiscard]] Variable declare(const HookSelection& place, const PassPlan& passes) const {
    std::vector<Axis> axes;
    if (place.layers.size() > 1) axes.push_back(passes.layer_axis(place.layers));
    const auto width = static_cast<std::int64_t>(shape(place.kind, config_).sizes.back());
    std::vector<std::int64_t> neurons;  // numbered in the place as a whole
    for (const std::size_t head : heads_of(place, config_)) {
      for (std::int64_t i = 0; i < width; ++i) neurons.push_back(static_cast<std::int64_t>(head) * width + i);
    }
    axes.push_back(
        passes.named({"neuron", std::move(neurons), "index in the vector, head after head", "", "", true}));
    const std::string name = variable_name(place.kind);
    return {name, Dtype::float32, std::move(axes), "1", name + " at one position of the prompt"};
  }

  Config config_;
  std::vector<HookSelection> places_;
  std::vector<VectorPlace> taken_;  // one a prompt
};

const bool kGather = register_stage(
    Declaration<Gather>("gather",
                        "Stores one vector of each prompt, at a position or at a token's; a prompt that does "
                        "not hold the token exactly once fails")
        .optional_input("clean", kPass, "a clean pass")
        .optional_input("edited", kVariants, "edited passes, instead of a clean one")
        .output(kMeasures,
                "one variable for each kind of hook point, such as q, k, v [neuron], or [layer, neuron] for "
                "several layers; and position")
        .summary("position", "{range}")
        .such_as("at: blocks.6.attn.hook_q, position: -1")
        .required("at", &Gather::at, "Hook points whose vectors are taken, such as blocks.6.attn.hook_q",
                  not_empty())
        .param("token", &Gather::token,
               "The token whose position is taken: text that is one token, a token id, or {column: name} for "
               "a column of the prompts")
        .param("position", &Gather::position,
               "A position, instead of a token; a negative one counts from the end")
        .param("offset", &Gather::offset,
               "Distance from there to the position that is taken: -1 is the position before"));

}  // namespace
}  // namespace hookflow::stages
