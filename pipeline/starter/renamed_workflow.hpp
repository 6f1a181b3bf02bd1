#pragma once
#include <filesystem>
#include <string>

namespace hookflow::pipeline {

/// The text of a workflow file, comments and all, under another name; a file of prompts that it names by a
/// relative path is named by its absolute one, so that the text may stand in any folder.
std::string renamed_workflow(const std::filesystem::path& path, const std::string& name);

}  // namespace hookflow::pipeline
