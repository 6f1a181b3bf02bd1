#include "pipeline/run_file/format/run_lock.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

#include "pipeline/error.hpp"

namespace hookflow::pipeline {
namespace {

// Two locks, since neither will do alone. A write lock of the open file description keeps out a second
// hookflow; HDF5 knows nothing of it, so readers come in. HDF5's own lock is flock: shared, it lets its
// readers in and its writers not. Both belong to the description that HDF5 writes through, so they never
// conflict with each other, not even on NFS, which implements the one by the other.
struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

void check(int result, const std::filesystem::path& path) {
  if (result == 0) return;
  if (errno == EAGAIN || errno == EACCES || errno == EWOULDBLOCK)
    throw InputError(path.string() + ": is being written by another process; wait for it to end, or stop it");
  if (errno == ENOLCK || errno == ENOSYS || errno == EOPNOTSUPP || errno == EINVAL) return;  // no locks here
  throw std::system_error(errno, std::generic_category(), path.string() + ": locking");
}

}  // namespace

bool is_being_written(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  struct flock lock = whole_file();
  const bool held = ::fcntl(descriptor, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  ::close(descriptor);
  return held;
}

void lock_for_writing(int descriptor, const std::filesystem::path& path) {
  // A program started from here must not keep the lock alive.
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  struct flock lock = whole_file();
  check(::fcntl(descriptor, F_OFD_SETLK, &lock), path);
  check(::flock(descriptor, LOCK_SH | LOCK_NB), path);
}

}  // namespace hookflow::pipeline
