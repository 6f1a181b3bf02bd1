#pragma once
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "model/continuation/continuation.hpp"
#include "stages/generate/choose_token.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {

/// What decides how texts go on.
struct HowToContinue {
  std::size_t tokens = 1;
  Sampling sampling;
  std::int64_t seed = 0;
  std::set<std::int32_t> stop;  // a text ends with the first of these
};

/// How one pass goes on.
struct ContinuedText {
  PassView pass;                      // which keeps what a continuation needs, and the last logits
  const Variant* edits = nullptr;     // that new tokens have; none: it is clean
  const RowSources* given = nullptr;  // what they put in from outside
  std::string prompt{};               // its id,
  std::size_t sample = 0;             // with which the seed decides what is drawn

  std::vector<std::int32_t> ids{};
  std::vector<double> log_probs{}, entropies{};  // of the pass itself, in nats, one a token
  std::string failure{};                         // why it could not go on; empty: it could
};

/// Continues all texts side by side.
void continue_texts(const Model& model, const HowToContinue& how, std::vector<ContinuedText>& texts);

}  // namespace hookflow::stages
