#include "pipeline/output/new_files.hpp"

#include <cerrno>
#include <cstring>
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

bool begins_with(const fs::path& file, std::string_view beginning) {
  std::string found(beginning.size(), '\0');
  std::ifstream in(file, std::ios::binary);
  in.read(found.data(), static_cast<std::streamsize>(found.size()));
  return found == beginning;
}

/// A pipe, a terminal or another device.
bool is_stream(const fs::path& path) {
  std::error_code none;
  const fs::file_status status = fs::status(path, none);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

/// Why nothing may be written there; empty: it may.
std::string obstacle(const fs::path& target, const Replaceable& replaceable) {
  std::error_code none;
  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  if (!fs::is_directory(folder, none)) return "there is no folder " + folder.string();
  if (!fs::exists(target, none)) return "";
  if (fs::is_directory(target, none)) return "is a folder; must be a file";
  const Descriptor file = Descriptor::open(target, O_RDONLY);
  if (!file) return "is no file that could be replaced";
  if (has_seal(file.number()))
    return "is a run file, which only `hookflow run` replaces; choose another name";
  if (replaceable.any) return "";
  if (replaceable.beginning.empty()) return "the file exists; --force replaces it";
  if (fs::is_empty(target, none) || begins_with(target, replaceable.beginning)) return "";
  return "is there already and is no hookflow report; choose another name, or remove it";
}

void expect_written(const std::ostream& out, const fs::path& path) {
  if (!out) throw std::runtime_error(path.string() + ": cannot be written: " + std::strerror(errno));
}

}  // namespace

NewFiles::NewFiles(const std::vector<fs::path>& paths, const Replaceable& replaceable) {
  std::string problems;
  std::set<fs::path> targets;
  for (const fs::path& path : paths) {
    const bool written_to = !replaceable.beginning.empty() && is_stream(path);
    files_.push_back({path, written_to ? path : without_links(path), written_to});
    const fs::path& target = files_.back().target;
    std::string problem = written_to ? "" : obstacle(target, replaceable);
    if (!targets.insert(target).second) problem = "would be written twice";
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
  if (!file.is_stream) {
    file.temporary = file.target;
    file.temporary += ".partial-" + std::to_string(::getpid());
  }
  std::ofstream out(file.is_stream ? file.target : file.temporary, std::ios::binary);
  expect_written(out, file.path);
  print(out);
  out.close();
  expect_written(out, file.path);
}

void NewFiles::place() {
  for (File& file : files_) {
    if (!file.is_stream) fs::rename(file.temporary, file.target);
    file.temporary.clear();
  }
}

void write_new_file(const fs::path& path, std::string_view bytes, const Replaceable& replaceable) {
  NewFiles files({path}, replaceable);
  files.write(0, [&](std::ostream& out) { out << bytes; });
  files.place();
}

}  // namespace hookflow::pipeline
