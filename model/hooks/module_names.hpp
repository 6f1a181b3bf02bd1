#pragma once
#include <string_view>
#include <vector>

#include "model/hooks/hook.hpp"

namespace hookflow {

/// What the modules of a family's Hugging Face implementation are called, so that hook points can be named by
/// them, too.
struct ModuleNames {
  /// `h.*.attn.c_proj:input`, with `*` for the layer, and the places that hold what the module takes or gives
  /// there.
  struct Path {
    std::string_view path;
    std::vector<HookKind> kinds;
  };
  std::string_view root;               // may stand before every path
  std::string_view block = "blocks.";  // stands before a layer's number
  std::vector<Path> paths;
};

}  // namespace hookflow
