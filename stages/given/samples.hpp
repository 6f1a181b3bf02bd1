#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "model/edits/replacement.hpp"

namespace hookflow::stages {

// Options of kinds that are drawn: how many draws there are, and which it is.
inline constexpr const char* kSamples = "samples";
inline constexpr const char* kSample = "sample";

/// An option that is a whole number of 0 or more; `otherwise` where it is not given. Throws ModelError.
std::int64_t whole_setting(const EditSettings& settings, const std::string& name, std::int64_t otherwise);

/// What decides a draw, as the options say it. Throws ModelError.
struct DrawSettings {
  DrawSettings() = default;
  explicit DrawSettings(const EditSettings& settings);

  std::int64_t seed = 0;
  std::size_t sample = 0;
};

/// How many draws a replacement asks for; 0: it does not say, and is one.
std::size_t samples_of(const Replacement& with);
/// One draw of them, by itself.
Replacement sample_of(const Replacement& with, std::size_t sample);

}  // namespace hookflow::stages
