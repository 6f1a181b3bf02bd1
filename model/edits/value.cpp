#include <algorithm>
#include <span>

#include "model/edits/edit_kind.hpp"

namespace hookflow {
namespace {

constexpr const char* kValueKey = "value";

/// One value everywhere; or the same vector at each position, as long as one that is added.
class Value : public EditKind {
 public:
  explicit Value(float everywhere) : everywhere_(everywhere) {}
  explicit Value(std::vector<float> vector) : vector_(std::move(vector)) {}

  [[nodiscard]] float known_scalar() const override { return everywhere_; }
  [[nodiscard]] std::optional<std::string> problem_at(const EditPlace& place) const override {
    if (vector_.empty()) return {};
    return length_problem(kValueKey, vector_.size(), place);
  }

  float edit(const EditedRows& at) const override {
    if (vector_.empty()) return fill_rows(everywhere_, at);
    // A row of scores has the keys that the queries of its block see, at most.
    const auto numbers = std::span(vector_).first(std::min(vector_.size(), at.block.columns));
    for (const std::size_t row : at.rows) std::ranges::copy(numbers, at.block.row(row).begin());
    return kNoScalar;
  }

 private:
  float everywhere_ = kNoScalar;
  std::vector<float> vector_;  // empty: one value everywhere
};

const bool kValueKind = register_edit_kind<Value, float, std::vector<float>>(kValueKey);

}  // namespace
}  // namespace hookflow
