#include "pipeline/run_file/store/new_file.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <random>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "pipeline/error.hpp"
#include "pipeline/run_file/format/run_lock.hpp"
#include "pipeline/run_file/format/seal.hpp"

namespace hookflow::pipeline {
namespace {

namespace fs = std::filesystem;
constexpr const char* kMark = ".partial-";
constexpr int kAttempts = 10;

/// Another name for each process, on whatever machine it runs.
std::string temporary_name(const fs::path& path) {
  std::random_device random;
  return path.filename().string() + kMark + std::to_string(random()) + "-" + std::to_string(::getpid());
}

bool is_temporary_name(const std::string& name, const fs::path& path) {
  const std::string prefix = path.filename().string() + kMark;
  return name.starts_with(prefix) &&
         name.find_first_not_of("0123456789-", prefix.size()) == std::string::npos;
}

/// Made by a process that was killed: nobody holds a lock on it any more.
void remove_leftovers(const fs::path& path, const fs::path& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (!is_temporary_name(entry.path().filename().string(), path)) continue;
    const Descriptor leftover = Descriptor::open(entry.path(), O_RDWR);
    if (leftover && try_lock_for_writing(leftover.number(), entry.path())) fs::remove(entry.path(), ignored);
  }
}

/// Renames, but never replaces a file. Where the file system cannot do that at once, the file gets a second
/// name and then loses the first.
bool rename_to_free_name(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  return ::link(from.c_str(), to.c_str()) == 0 && ::unlink(from.c_str()) == 0;
}

}  // namespace

NewFile::NewFile(fs::path path, bool overwrite) : path_(std::move(path)), target_(without_links(path_)) {
  std::error_code none;
  if (fs::exists(path_, none))
    claim(overwrite);
  else
    expect_room();
}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::move(other.path_)),
      target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, {})),
      replaced_(std::move(other.replaced_)) {}

NewFile::~NewFile() {
  std::error_code ignored;
  if (!temporary_.empty()) fs::remove(temporary_, ignored);
}

fs::path NewFile::folder() const { return target_.has_parent_path() ? target_.parent_path() : fs::path("."); }

void NewFile::claim(bool overwrite) {
  const auto refuse = [&](const std::string& why) { throw InputError(path_.string() + ": " + why); };
  expect_file(path_);
  replaced_ = Descriptor::open(target_, overwrite ? O_RDWR : O_RDONLY);
  if (!replaced_) refuse("cannot be replaced: " + std::generic_category().message(errno));
  if (!has_seal(replaced_.number()))
    refuse("the file exists and is not a run file, so it is never replaced; choose another --out");
  if (is_being_written(target_)) refuse_in_use(path_);
  if (!overwrite) refuse("the file exists; --force replaces it, --resume goes on with it");
  lock_for_writing(replaced_.number(), path_);
  if (!leads_to(target_, replaced_.number())) refuse_in_use(path_);  // replaced before it was locked
}

void NewFile::expect_room() const {
  const auto refuse = [&](const std::string& why) {
    const std::string leads = target_ == path_ ? "" : "leads to " + target_.string() + "; ";
    throw InputError(path_.string() + ": " + leads + why);
  };
  std::error_code none;
  if (!fs::is_directory(folder(), none)) refuse(folder().string() + " is not a directory");
  if (!target_.has_filename()) refuse("that is not the name of a file");
}

h5::File NewFile::create() {
  remove_leftovers(target_, folder());
  std::string why;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    temporary_ = target_.parent_path() / temporary_name(target_);
    try {
      h5::File file = h5::File::create(temporary_);
      file.rename(path_.string());
      if (try_lock_for_writing(file.descriptor(), path_) && leads_to(temporary_, file.descriptor()))
        return file;
      why = ": locking the file: another process has it";
    } catch (const h5::Error& error) {
      const std::string message = error.what();
      const std::string name = temporary_.string();
      why = message.starts_with(name) ? message.substr(name.size()) : ": " + message;
      std::error_code ignored;
      if (fs::remove(temporary_, ignored)) break;
    }
    // Until it is locked, another process may take it for a leftover and clear it away: so another attempt.
  }
  throw InputError(path_.string() + why);
}

void NewFile::refuse_taken() const {
  if (is_being_written(target_)) refuse_in_use(path_);
  throw InputError(path_.string() +
                   ": is in use: another run or program wrote it since this one began; it is left as it is");
}

void NewFile::place() {
  if (replaced_ && !leads_to(target_, replaced_.number())) refuse_taken();
  const bool renamed = replaced_ ? ::rename(temporary_.c_str(), target_.c_str()) == 0
                                 : rename_to_free_name(temporary_, target_);
  if (!renamed) {
    if (errno == EEXIST) refuse_taken();
    throw std::system_error(errno, std::generic_category(), path_.string() + ": naming the new file");
  }
  temporary_.clear();
  const int opened = ::open(folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return;
  ::fsync(opened);  // where a file system cannot, a power cut may take the name, not the file
  ::close(opened);
}

}  // namespace hookflow::pipeline
