#include "stages/given/samples.hpp"

#include <cmath>

#include "model/error.hpp"

namespace hookflow::stages {

std::int64_t whole_setting(const EditSettings& settings, const std::string& name, std::int64_t otherwise) {
  const auto found = settings.find(name);
  if (found == settings.end()) return otherwise;
  const float number = std::get<float>(found->second);
  if (number < 0 || number != std::floor(number) || number > 16777216.0F)  // beyond it floats have gaps
    throw ModelError(name + ": " + spelled(number) + " is no whole number from 0 to 16777216");
  return static_cast<std::int64_t>(number);
}

DrawSettings::DrawSettings(const EditSettings& settings)
    : seed(whole_setting(settings, "seed", 0)),
      sample(static_cast<std::size_t>(whole_setting(settings, kSample, 0))) {
  if (whole_setting(settings, kSamples, 1) == 0)
    throw ModelError("samples: 0 is no number of draws; must be 1 or more");
}

std::size_t samples_of(const Replacement& with) {
  return static_cast<std::size_t>(whole_setting(with.settings(), kSamples, 0));
}

Replacement sample_of(const Replacement& with, std::size_t sample) {
  EditSettings settings = with.settings();
  settings.erase(kSamples);
  settings[kSample] = static_cast<float>(sample);
  return Replacement(with.key(), with.argument(), with.name(), std::move(settings));
}

}  // namespace hookflow::stages
