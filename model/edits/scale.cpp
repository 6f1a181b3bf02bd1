#include "model/edits/edit_kind.hpp"

namespace hookflow {
namespace {

/// The activation times a factor.
class Scale : public EditKind {
 public:
  explicit Scale(float factor) : factor_(factor) {}
  /// What is hidden is 0, times anything.
  [[nodiscard]] bool shows_hidden_keys() const override { return false; }

  float edit(const EditedRows& at) const override {
    for (const std::size_t row : at.rows) {
      for (float& value : at.block.row(row)) value *= factor_;
    }
    return kNoScalar;
  }

 private:
  float factor_;
};

const bool kScaleKind = register_edit_kind<Scale, float>("scale");

}  // namespace
}  // namespace hookflow
