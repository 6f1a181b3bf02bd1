#pragma once
#include "model/edits/edit_kind.hpp"

namespace hookflow {

/// Edits that put in what comes from outside of the pass; what that is, others say.
class GivenEdit : public EditKind {
 public:
  [[nodiscard]] bool takes_given() const final { return true; }
  /// What is given is given head by head.
  [[nodiscard]] bool head_by_head() const final { return true; }
};

/// Takes the activation's place. A pattern that comes from another pass hides what that one hides.
class Taken : public GivenEdit {
 public:
  [[nodiscard]] bool shows_hidden_keys() const final { return false; }
  float edit(const EditedRows& at) const final;
};

inline constexpr const char* kTimes = "times";  // the factor, as an option

/// The activation plus what is given, times a factor.
class AddedRows : public GivenEdit {
 public:
  explicit AddedRows(float times) : times_(times) {}
  float edit(const EditedRows& at) const final;

 private:
  float times_;
};

}  // namespace hookflow
