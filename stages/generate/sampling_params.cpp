#include "stages/generate/sampling_params.hpp"

#include <cmath>
#include <string>

#include "stages/subject/model_subject.hpp"

namespace hookflow::stages {
namespace {

using pipeline::Node;
using pipeline::ParamError;

constexpr const char* kEndOfText = "<|endoftext|>";

/// The token that ends a text as the model was trained, if it has one.
std::set<std::int32_t> end_of_text(const ModelSubject& subject) {
  std::optional<std::int64_t> id = subject.config().eos_token;
  if (!id && subject.has_tokenizer()) id = subject.tokenizer().find(kEndOfText);
  if (!id || *id < 0 || *id >= static_cast<std::int64_t>(subject.config().vocabulary)) return {};
  return {static_cast<std::int32_t>(*id)};
}

std::string out_of_range(double value) { return pipeline::write_param(value).text + " is out of range"; }

}  // namespace

pipeline::Rule<double> temperature_rule() {
  Node least = pipeline::schema::of_type("number");
  least["minimum"] = pipeline::write_param(std::int64_t{0});
  return {"0 (the most likely token) or a finite number above it",
          [](double value) {
            return value >= 0 && std::isfinite(value) ? std::nullopt : std::optional(out_of_range(value));
          },
          least};
}

pipeline::Rule<double> top_p_rule() {
  Node inside = pipeline::schema::of_type("number");
  inside["exclusiveMinimum"] = pipeline::write_param(std::int64_t{0});
  inside["maximum"] = pipeline::write_param(std::int64_t{1});
  return {"above 0 and at most 1",
          [](double value) {
            return value > 0 && value <= 1 ? std::nullopt : std::optional(out_of_range(value));
          },
          inside};
}

void check_drawn(const Sampling& sampling, std::int64_t seed, std::int64_t samples) {
  if (!sampling.is_greedy()) return;
  const auto refuse = [](const std::string& param, bool given) {
    if (given)
      throw ParamError(param,
                       "decides what is drawn, but with temperature: 0 nothing is: the most likely token is "
                       "taken; must be given with a temperature above 0");
  };
  refuse("top_p", sampling.top_p != 1);
  refuse("seed", seed != 0);
  refuse("samples", samples != 1);
}

std::set<std::int32_t> stop_tokens(const std::optional<std::vector<TokenChoice>>& chosen,
                                   const pipeline::PlanContext& context) {
  if (!chosen) return end_of_text(model_of(context.subject));
  std::set<std::int32_t> tokens;
  for (const TokenChoice& token : *chosen) {
    if (!token.text && !token.id)
      throw ParamError("stop", "does not name a token; must be texts that are one token each, or ids");
    tokens.insert(chosen_token(token, "stop", context));
  }
  return tokens;
}

}  // namespace hookflow::stages
