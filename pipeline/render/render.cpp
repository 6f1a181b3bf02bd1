#include "pipeline/render/render.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/error.hpp"
#include "pipeline/render/child_process.hpp"
#include "pipeline/render/vega_files.hpp"
#include "pipeline/text/embedded.hpp"

namespace hookflow::pipeline {
namespace {

/// What the program makes of its input. `package`: where it comes from.
std::string converted(const std::vector<std::string>& words, std::string_view input,
                      const std::string& package) {
  ChildOutcome outcome = run_child(words, input);
  if (!outcome.started)
    throw InputError(words.front() + " is missing, which draws pictures: apt-get install " + package);
  if (outcome.code != 0)
    throw std::runtime_error(words.front() + " could not draw the figure (exit code " +
                             std::to_string(outcome.code) + "):\n" + outcome.err);
  return std::move(outcome.out);
}

std::string svg_of(const nlohmann::json& spec) {
  const VegaFiles files = find_vega();
  const std::string program(embedded_text("pipeline/render/render.mjs"));
  return converted(
      {"node", "--input-type=module", "-e", program, files.vega.string(), files.vega_lite.string()},
      spec.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), "nodejs");
}

}  // namespace

std::optional<PictureFormat> picture_format(const std::filesystem::path& name) {
  const std::string ending = name.extension().string();
  if (ending == ".svg") return PictureFormat::svg;
  if (ending == ".png") return PictureFormat::png;
  return std::nullopt;
}

std::string render_figure(const nlohmann::json& spec, PictureFormat format) {
  std::string svg = svg_of(spec);
  if (format == PictureFormat::svg) return svg;
  return converted({"rsvg-convert", "--format=png", "--zoom=2"}, svg, "librsvg2-bin");
}

}  // namespace hookflow::pipeline
