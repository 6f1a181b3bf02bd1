#pragma once
#include <filesystem>

namespace hookflow::pipeline {

/// The libraries that draw, which come from npm when hookflow is built.
struct VegaFiles {
  std::filesystem::path vega;
  std::filesystem::path vega_lite;
  std::filesystem::path vega_embed;
};

/// Looks where HOOKFLOW_VEGA says, beside the installed program, and where it was built. Throws InputError
/// that says how to get them.
VegaFiles find_vega();

}  // namespace hookflow::pipeline
