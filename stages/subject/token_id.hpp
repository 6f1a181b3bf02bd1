#pragma once

namespace hookflow::stages {

/// Units of a variable that names an entry of the vocabulary: it is looked up, not averaged.
inline constexpr const char* kTokenId = "token id";

}  // namespace hookflow::stages
