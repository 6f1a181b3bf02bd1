#include "pipeline/starter/shipped_workflows.hpp"

#include <algorithm>
#include <system_error>

#include "pipeline/error.hpp"
#include "pipeline/shipped.hpp"
#include "pipeline/workflow/workflow.hpp"
#include "pipeline/yaml/node.hpp"

namespace hookflow::pipeline {
namespace {

namespace fs = std::filesystem;

ShippedWorkflow read_shipped(const fs::path& path) {
  const Node root = parse_yaml(workflow_text(path), path.string());
  const Node* about = root.find("about");
  return {path.stem().string(), about == nullptr ? "" : about->text, path};
}

}  // namespace

std::vector<ShippedWorkflow> shipped_workflows() {
  std::string looked;
  for (const fs::path& folder : shipped_folders("workflows", HOOKFLOW_WORKFLOWS)) {
    std::vector<ShippedWorkflow> found;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder, failed))
      if (entry.path().extension() == ".yaml") found.push_back(read_shipped(entry.path()));
    std::ranges::sort(found, {}, &ShippedWorkflow::name);
    if (!found.empty()) return found;
    looked += "\n  " + folder.string();
  }
  throw InputError("the workflows that come with hookflow were not found. Looked at:" + looked);
}

}  // namespace hookflow::pipeline
