#include "model/edits/replacement.hpp"

namespace hookflow {
namespace {

class Zero : public EditKind {
 public:
  [[nodiscard]] float known_scalar() const override { return 0; }
  float edit(const EditedRows& at) const override { return fill_rows(0, at); }
};

const char* const kZeroKey = "zero";
const bool kZeroKind = register_edit_kind<Zero>(kZeroKey);

}  // namespace

// Of this kind and no other: a default is made before main, when not all kinds may be registered yet.
Replacement::Replacement() : key_(kZeroKey), kind_(std::make_shared<Zero>()) {}

}  // namespace hookflow
