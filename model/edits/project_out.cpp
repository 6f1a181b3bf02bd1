#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "model/edits/edit_kind.hpp"

namespace hookflow {
namespace {

constexpr const char* kProjectOutKey = "project_out";

/// The activation without its component along a direction: x - (x.v) v / (v.v).
class ProjectOut : public EditKind {
 public:
  explicit ProjectOut(std::vector<float> direction) : direction_(std::move(direction)) {
    for (const float number : direction_) square_ += double{number} * double{number};
  }

  [[nodiscard]] std::optional<std::string> problem_at(const EditPlace& place) const override {
    if (is_square(place.kind))
      return "project_out: a query's keys have no direction to be taken out of their scores or weights";
    if (square_ == 0) return "project_out: every number is 0, which is no direction";
    return length_problem(kProjectOutKey, direction_.size(), place);
  }

  float edit(const EditedRows& at) const override {
    for (const std::size_t row : at.rows) {
      const auto values = at.block.row(row);
      const double along =
          std::inner_product(values.begin(), values.end(), direction_.begin(), 0.0, std::plus<>(),
                             [](float a, float b) { return double{a} * double{b}; }) /
          square_;
      std::ranges::transform(values, direction_, values.begin(), [along](float value, float direction) {
        return static_cast<float>(double{value} - along * double{direction});
      });
    }
    return kNoScalar;
  }

 private:
  std::vector<float> direction_;
  double square_ = 0;
};

const bool kProjectOutKind = register_edit_kind<ProjectOut, std::vector<float>>(kProjectOutKey);

}  // namespace
}  // namespace hookflow
