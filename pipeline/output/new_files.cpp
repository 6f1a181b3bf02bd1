#include "pipeline/output/new_files.hpp"

#include <fcntl.h>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <unistd.h>

#include "pipeline/error.hpp"
#include "pipeline/run_file/format/descriptor.hpp"
#include "pipeline/run_file/format/seal.hpp"

namespace hookflow::pipeline {
namespace {

namespace fs = std::filesystem;

/// Why nothing may be written there; empty: it may.
std::string obstacle(const fs::path& target, bool replace) {
  std::error_code none;
  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  if (!fs::is_directory(folder, none)) return "there is no folder " + folder.string();
  if (!fs::exists(target, none)) return "";
  if (fs::is_directory(target, none)) return "is a folder";
  const Descriptor file = Descriptor::open(target, O_RDONLY);
  if (!file) return "is no file that could be replaced";
  if (has_seal(file.number()))
    return "is a run file, which only `hookflow run` replaces; choose another name";
  return replace ? "" : "the file exists; --force replaces it";
}

}  // namespace

NewFiles::NewFiles(const std::vector<fs::path>& paths, bool replace) {
  std::string problems;
  std::set<fs::path> targets;
  for (const fs::path& path : paths) {
    files_.push_back({path, without_links(path), {}});
    std::string problem = obstacle(files_.back().target, replace);
    if (!targets.insert(files_.back().target).second) problem = "would be written twice";
    if (!problem.empty()) problems += (problems.empty() ? "" : "\n") + path.string() + ": " + problem;
  }
  if (!problems.empty()) throw InputError(problems);
}

NewFiles::~NewFiles() {
  std::error_code ignored;
  for (const File& file : files_)
    if (!file.temporary.empty()) fs::remove(file.temporary, ignored);
}

void NewFiles::write(std::size_t index, const std::function<void(std::ostream&)>& print) {
  File& file = files_.at(index);
  file.temporary = file.target;
  file.temporary += ".partial-" + std::to_string(::getpid());
  std::ofstream out(file.temporary, std::ios::binary);
  print(out);
  out.close();
  if (!out) throw std::runtime_error(file.path.string() + ": cannot be written");
}

void NewFiles::place() {
  for (File& file : files_) {
    fs::rename(file.temporary, file.target);
    file.temporary.clear();
  }
}

}  // namespace hookflow::pipeline
