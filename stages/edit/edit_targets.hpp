#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "model/hooks/hook.hpp"

namespace hookflow::stages {

/// What one edit changes: a hook point, or one head of it.
struct EditTarget {
  HookPoint at;
  std::optional<std::size_t> head;  // none: the hook point as a whole
};

/// Whether both change the same values.
bool overlap(const EditTarget& a, const EditTarget& b);
/// As it is written in a workflow: `blocks.5.attn.hook_z[1]`.
std::string to_string(const EditTarget& target);

/// Every hook point and head that `at` names, in its order, without those that `except` names. Throws
/// pipeline::ParamError, of `at` or `except`, for what is not there, cannot be edited or is given twice, for
/// an exception that leaves nothing out, and where nothing is left.
std::vector<EditTarget> edit_targets(const std::vector<std::string>& at,
                                     const std::vector<std::string>& except, const Config& config);

}  // namespace hookflow::stages
