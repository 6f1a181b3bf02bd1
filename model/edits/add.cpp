#include <algorithm>

#include "model/edits/given.hpp"

namespace hookflow {
namespace {

constexpr const char* kAddKey = "add";

/// The activation plus a vector: (e) with a head, (d) or (f) or (h * e) without; (p) at `pattern`.
class Add : public EditKind {
 public:
  explicit Add(std::vector<float> vector, const EditSettings& settings)
      : vector_(std::move(vector)), times_(number_of(settings, kTimes, 1)) {}

  [[nodiscard]] std::optional<std::string> problem_at(const EditPlace& place) const override {
    return length_problem(kAddKey, vector_.size(), place);
  }

  float edit(const EditedRows& at) const override {
    for (const std::size_t row : at.rows) {
      std::ranges::transform(at.block.row(row), vector_, at.block.row(row).begin(),
                             [this](float own, float added) { return own + times_ * added; });
    }
    return kNoScalar;
  }

 private:
  std::vector<float> vector_;
  float times_;
};

const bool kAddKind = register_edit_kind<Add, std::vector<float>>(
    kAddKey, {.options = {{kTimes, 1.0F, "factor of what is added; 1 if not given"}}});

}  // namespace
}  // namespace hookflow
