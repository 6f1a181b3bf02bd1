#pragma once
#include <string>
#include <vector>

#include "model/edits/replacement.hpp"
#include "model/path/path.hpp"
#include "pipeline/values/array.hpp"

namespace hookflow::stages {

inline constexpr const char* kPath = "path";        // the kind of edit
inline constexpr const char* kSenders = "senders";  // the option that names them
inline constexpr const char* kNoArrival = "path: nothing that is edited is behind a sender";

/// Those that a replacement names, in its order; none where it is no path. Throws pipeline::ParamError of
/// `with` for what is not there, sends nothing, or is given twice.
Senders senders_of(const Replacement& with, const Config& config);
/// A path, from these alone; what is no path as it is.
Replacement sent_by(const Replacement& with, const Senders& senders);

/// Whether an edit at a place can change anything: of a path, whether the place is behind one of its senders.
bool arrives(const Replacement& with, const HookPoint& at, const Config& config);

/// Senders one by one along axes, row-major: sender_layer and sender_head where every layer has the same
/// heads, else `sender`, by name. Those that `together` names are left out: there the senders send together.
/// One step without axes where there are no senders.
struct SenderSteps {
  std::vector<std::string> names;  // of the axes, also of those that are left out
  std::vector<pipeline::Axis> axes;
  std::vector<Senders> steps;
};
SenderSteps sender_steps(const Senders& senders, const std::vector<std::string>& together);

}  // namespace hookflow::stages
