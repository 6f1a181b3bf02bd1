#pragma once
#include <filesystem>
#include <iosfwd>
#include <string>

#include "pipeline/run_file/reading/view.hpp"
#include "pipeline/terminal/window.hpp"

namespace hookflow::pipeline {

/// "3 done, 1 failed, 6 pending", without those that are none.
std::string progress_text(std::size_t done, std::size_t failed, std::size_t pending);
/// How far a run is: "NOT COMPLETE: prompts 3 done, 7 pending".
std::string progress_text(const RunFileView& view);

/// The values that a user is likely to want, "stage.variable": what the workflow shows first, or else what
/// tells most; empty where nothing is measured.
std::string likely_variable(const RunFileView& view);

/// A run file on one screen: what was run, on what, how far it is, what is kept, and what to type next.
void print_overview(const RunFileView& view, const std::filesystem::path& path, std::ostream& out,
                    const Window& window);

}  // namespace hookflow::pipeline
