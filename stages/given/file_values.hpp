#pragma once
#include <memory>
#include <string>

#include "pipeline/workflow/input_ref.hpp"
#include "stages/given/given_kind.hpp"

namespace hookflow::stages {

/// A variable of another run file, as a workflow names it: `acts.h5:/z_mean/z_mean[template=one]`; without
/// the variable, as take_results() chooses one.
class FileValues {
 public:
  /// Throws ModelError of `key` where the text is no such name; `or_else`: what it might be instead.
  FileValues(const std::string& key, const std::string& text, const std::string& or_else = "");

  /// Reads the file. As take_by_name(); throws pipeline::InputError where it cannot be read.
  [[nodiscard]] std::unique_ptr<const GivenRows> plan(const GivenPlan& plan, const std::string& form) const;

 private:
  std::string file_;
  pipeline::InputRef ref_;
};

}  // namespace hookflow::stages
