#pragma once
#include <memory>
#include <string>

#include "model/edits/edit_kind.hpp"

namespace hookflow {

/// What takes an activation's place, as a workflow names it: a kind of edit and its argument.
class Replacement {
 public:
  /// Zero.
  Replacement();
  /// Throws ModelError for a key that no kind has, and for an argument that the kind does not take. `name`:
  /// what it is called along an axis; empty: after its kind. `settings`: of the kind's options those that are
  /// given.
  explicit Replacement(const std::string& key, EditArgument argument = {}, std::string name = {},
                       EditSettings settings = {});

  [[nodiscard]] const std::string& key() const { return key_; }
  [[nodiscard]] const EditArgument& argument() const { return argument_; }
  [[nodiscard]] const EditSettings& settings() const { return settings_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  /// Its name along an axis: the one that it was given, or `zero`, `mean_head`, `value_0.5`, `add`,
  /// `add_times_2`.
  [[nodiscard]] std::string label() const;
  /// Whether the label is its own, or tells all of its argument, so that no other replacement may have it; a
  /// vector's numbers do not stand in it.
  [[nodiscard]] bool label_says_all() const;

  const EditKind* operator->() const { return kind_.get(); }
  const EditKind& operator*() const { return *kind_; }
  friend bool operator==(const Replacement& a, const Replacement& b) {
    return a.key_ == b.key_ && a.argument_ == b.argument_ && a.name_ == b.name_ && a.settings_ == b.settings_;
  }

 private:
  std::string key_;
  EditArgument argument_;
  std::string name_;
  EditSettings settings_;
  std::shared_ptr<const EditKind> kind_;
};

/// The shortest spelling that reads back as this float: 0.1, not the double that it is nearest to.
std::string spelled(float number);

}  // namespace hookflow
