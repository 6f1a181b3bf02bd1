#include "pipeline/run_file/format/descriptor.hpp"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "pipeline/error.hpp"

namespace hookflow::pipeline {
namespace {

namespace fs = std::filesystem;

std::string kind_of_entry(fs::file_type type) {
  switch (type) {
    case fs::file_type::directory:
      return "a directory";
    case fs::file_type::fifo:
      return "a pipe";
    case fs::file_type::socket:
      return "a socket";
    default:
      return "a device";
  }
}

}  // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

Descriptor Descriptor::open(const fs::path& path, int flags) {
  struct stat status {};
  const auto is_file = [&](int result) {
    if (result == 0 && !S_ISREG(status.st_mode)) errno = EINVAL;
    return result == 0 && S_ISREG(status.st_mode);
  };
  Descriptor file;
  if (!is_file(::stat(path.c_str(), &status))) return file;
  file.number_ = ::open(path.c_str(), flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  // By now something else may stand there.
  if (file && !is_file(::fstat(file.number_, &status))) return {};
  return file;
}

fs::path without_links(const fs::path& path) {
  constexpr int kMostLinks = 40;  // as Linux follows
  fs::path at = path;
  std::error_code none;
  for (int links = 0; fs::is_symlink(at, none); ++links) {
    if (links == kMostLinks) throw InputError(path.string() + ": its links lead nowhere, or too far");
    const fs::path next = fs::read_symlink(at, none);
    at = next.is_absolute() ? next : at.parent_path() / next;
  }
  return at;
}

bool leads_to(const fs::path& path, int descriptor) {
  struct stat there {};
  struct stat open_file {};
  return ::stat(path.c_str(), &there) == 0 && ::fstat(descriptor, &open_file) == 0 &&
         there.st_dev == open_file.st_dev && there.st_ino == open_file.st_ino;
}

void expect_file(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::is_regular_file(status)) return;
  if (status.type() == fs::file_type::not_found) throw InputError(path.string() + ": no such run file");
  if (error) throw InputError(path.string() + ": " + error.message());
  throw InputError(path.string() + ": is " + kind_of_entry(status.type()) + ", not a run file");
}

}  // namespace hookflow::pipeline
