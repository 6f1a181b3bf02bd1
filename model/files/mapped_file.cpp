#include "model/files/mapped_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "model/error.hpp"

namespace hookflow {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& reason) {
  throw ModelError(path.string() + ": " + reason);
}

std::string last_error() { return std::generic_category().message(errno); }

// Throws why a link could not be followed; returns for what is no link.
void refuse_link(const std::filesystem::path& path, const std::string& reason) {
  std::error_code no_link;
  const std::filesystem::path target = std::filesystem::read_symlink(path, no_link);
  if (no_link) return;
  refuse(path, "is a link to '" + target.string() + "', which cannot be opened: " + reason +
                   "; download the model again, or copy it with the files that its links lead to (cp -rL)");
}

bool is_lfs_pointer(int file) {
  constexpr std::string_view kStart = "version https://git-lfs.github.com/spec/";
  char start[kStart.size()];
  return ::pread(file, start, sizeof start, 0) == static_cast<ssize_t>(sizeof start) &&
         std::memcmp(start, kStart.data(), sizeof start) == 0;
}

class Descriptor {
 public:
  // Non-blocking, so that a named pipe is refused below instead of waited for.
  explicit Descriptor(const std::filesystem::path& path)
      : value_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    if (value_ >= 0) return;
    const std::string reason = last_error();
    refuse_link(path, reason);
    refuse(path, "cannot be opened: " + reason);
  }
  ~Descriptor() { ::close(value_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int value() const { return value_; }

 private:
  int value_;
};

}  // namespace

bool is_there(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return true;
  refuse_link(path, last_error());
  return false;
}

MappedFile::MappedFile(const std::filesystem::path& path) {
  const Descriptor file(path);
  struct stat status {};
  if (::fstat(file.value(), &status) != 0) refuse(path, "cannot be examined: " + last_error());
  if (!S_ISREG(status.st_mode)) refuse(path, "is not a regular file");
  if (is_lfs_pointer(file.value()))
    refuse(path, "is a Git LFS pointer, not the file itself; run `git lfs pull` where the model was cloned");
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return;  // mmap refuses length 0
  void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.value(), 0);
  if (memory == MAP_FAILED) refuse(path, "cannot be mapped into memory: " + last_error());
  bytes_ = {static_cast<const std::byte*>(memory), size};
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace hookflow
