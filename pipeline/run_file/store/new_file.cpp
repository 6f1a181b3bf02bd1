#include "pipeline/run_file/store/new_file.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "pipeline/error.hpp"
#include "pipeline/run_file/format/run_lock.hpp"

namespace hookflow::pipeline {
namespace {

namespace fs = std::filesystem;
constexpr const char* kMark = ".partial-";

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

// Made by a process that was killed: nobody holds a lock on it any more.
void remove_leftovers(const fs::path& path) {
  const std::string prefix = path.filename().string() + kMark;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder_of(path), ignored))
    if (entry.path().filename().string().starts_with(prefix) && !is_being_written(entry.path()))
      fs::remove(entry.path(), ignored);
}

[[noreturn]] void refuse_existing(const fs::path& path) {
  throw InputError(path.string() +
                   ": exists already; resume it, replace it (--force), or choose another --out");
}

// Renames, but never replaces a file. Where the file system cannot do that at once, the file gets a second
// name and then loses the first.
bool rename_to_free_name(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  return ::link(from.c_str(), to.c_str()) == 0 && ::unlink(from.c_str()) == 0;
}

}  // namespace

NewFile::NewFile(fs::path path, bool overwrite) : path_(std::move(path)), overwrite_(overwrite) {
  std::error_code none;
  if (fs::is_directory(path_, none)) throw InputError(path_.string() + ": is a directory");
  if (fs::exists(path_, none)) {
    if (!overwrite_) refuse_existing(path_);
    if (is_being_written(path_))
      throw InputError(path_.string() + ": is being written by another process; it cannot be replaced now");
  }
  const fs::path folder = folder_of(path_);
  if (!fs::is_directory(folder, none))
    throw InputError(path_.string() + ": " + folder.string() + " is no directory");
  remove_leftovers(path_);
  temporary_ = path_;
  temporary_ += kMark + std::to_string(::getpid());
}

NewFile::~NewFile() {
  std::error_code ignored;
  if (!placed_) fs::remove(temporary_, ignored);
}

void NewFile::place() {
  const bool renamed =
      overwrite_ ? ::rename(temporary_.c_str(), path_.c_str()) == 0 : rename_to_free_name(temporary_, path_);
  if (!renamed) {
    if (errno == EEXIST) refuse_existing(path_);
    throw std::system_error(errno, std::generic_category(), path_.string() + ": naming the new file");
  }
  placed_ = true;
  const int folder = ::open(folder_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  ::fsync(folder);  // where a file system cannot, a power cut may take the name, not the file
  ::close(folder);
}

}  // namespace hookflow::pipeline
