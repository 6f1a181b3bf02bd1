#include "pipeline/render/render.hpp"

#include "pipeline/error.hpp"

namespace hookflow::pipeline {

void render_figure(const nlohmann::json& /*spec*/, const std::filesystem::path& path) {
  throw UsageError(path.string() + ": this hookflow cannot draw it yet; write the specification, -o " +
                   std::filesystem::path(path).replace_extension(".json").string());
}

}  // namespace hookflow::pipeline
