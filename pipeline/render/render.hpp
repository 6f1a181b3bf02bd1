#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace hookflow::pipeline {

enum class PictureFormat { svg, png };

/// By the ending of a file's name; nothing for one that is no picture's.
std::optional<PictureFormat> picture_format(const std::filesystem::path& name);

/// The bytes of the picture that a complete Vega-Lite specification describes. Needs node and vega, and for
/// PNG rsvg-convert. Throws InputError where one of these is missing, and std::runtime_error with what the
/// program says that cannot draw it.
std::string render_figure(const nlohmann::json& spec, PictureFormat format);

}  // namespace hookflow::pipeline
