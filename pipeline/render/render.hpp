#pragma once
#include <filesystem>

#include <nlohmann/json.hpp>

namespace hookflow::pipeline {

/// Writes the picture of a Vega-Lite specification, an SVG or a PNG as the path ends.
void render_figure(const nlohmann::json& spec, const std::filesystem::path& path);

}  // namespace hookflow::pipeline
