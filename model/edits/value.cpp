#include "model/edits/edit_kind.hpp"

namespace hookflow {
namespace {

/// One value everywhere.
class Value : public EditKind {
 public:
  explicit Value(float value) : value_(value) {}
  [[nodiscard]] float known_scalar() const override { return value_; }
  float edit(std::span<const std::size_t> rows, View /*original*/, MutableView block) const override {
    return fill_rows(value_, rows, block);
  }

 private:
  float value_;
};

const bool kValueKind = register_edit_kind<Value, float>("value");

}  // namespace
}  // namespace hookflow
