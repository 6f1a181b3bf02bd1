#include "stages/subject/pass_memory.hpp"

#include <set>

namespace hookflow::stages {

double weight_bytes(const ModelSubject& subject, const TokenFacts& tokens, const ForwardPlan& plan) {
  if (const double converted = subject.converted_bytes(); converted > 0) return converted;
  const std::set<std::int32_t> fed(tokens.ids.all().begin(), tokens.ids.all().end());
  return hookflow::weight_bytes(subject.config(), fed.size(), plan);
}

}  // namespace hookflow::stages
