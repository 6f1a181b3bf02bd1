#include "pipeline/render/vega_files.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include "pipeline/error.hpp"
#include "pipeline/shipped.hpp"

namespace hookflow::pipeline {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> folders() {
  if (const char* chosen = std::getenv("HOOKFLOW_VEGA"); chosen != nullptr && *chosen != '\0')
    return {chosen};
  return shipped_folders("vega", HOOKFLOW_VEGA_DIR);
}

}  // namespace

VegaFiles find_vega() {
  std::string looked;
  for (const fs::path& folder : folders()) {
    const VegaFiles files{folder / "vega.min.js", folder / "vega-lite.min.js", folder / "vega-embed.min.js"};
    const std::array all = {files.vega, files.vega_lite, files.vega_embed};
    std::error_code ignored;
    if (std::ranges::all_of(all, [&](const fs::path& file) { return fs::is_regular_file(file, ignored); }))
      return files;
    looked += "\n  " + folder.string();
  }
  throw InputError(
      "vega, which draws the figures, is missing: it is fetched by npm when hookflow is built. To get it, "
      "install npm "
      "(apt-get install npm) and build again (cmake --preset release && cmake --build --preset release), or "
      "set "
      "HOOKFLOW_VEGA to a folder with vega.min.js, vega-lite.min.js and vega-embed.min.js. Looked in:" +
      looked);
}

}  // namespace hookflow::pipeline
