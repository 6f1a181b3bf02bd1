#pragma once
#include <filesystem>

#include <nlohmann/json.hpp>

namespace hookflow::pipeline {

/// Draws a complete Vega-Lite specification into a file, as SVG or PNG by the ending of its name. Needs node
/// and vega, and for PNG rsvg-convert. Throws UsageError for another ending, InputError where one of these is
/// missing or the file cannot be written, and std::runtime_error with what the program says that cannot draw
/// it.
void render_figure(const nlohmann::json& spec, const std::filesystem::path& to);

}  // namespace hookflow::pipeline
