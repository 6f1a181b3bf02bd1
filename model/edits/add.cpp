#include <algorithm>
#include <functional>

#include "model/edits/edit_kind.hpp"

namespace hookflow {
namespace {

constexpr const char* kAddKey = "add";

/// The activation plus a vector: (e) with a head, (d) or (f) or (h * e) without; (p) at `pattern`.
class Add : public EditKind {
 public:
  explicit Add(std::vector<float> vector) : vector_(std::move(vector)) {}

  [[nodiscard]] std::optional<std::string> problem_at(const EditPlace& place) const override {
    return length_problem(kAddKey, vector_.size(), place);
  }

  float edit(const EditedRows& at) const override {
    for (const std::size_t row : at.rows) {
      std::ranges::transform(at.block.row(row), vector_, at.block.row(row).begin(), std::plus<>());
    }
    return kNoScalar;
  }

 private:
  std::vector<float> vector_;
};

const bool kAddKind = register_edit_kind<Add, std::vector<float>>(kAddKey);

}  // namespace
}  // namespace hookflow
