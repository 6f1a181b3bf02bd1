#include "pipeline/run_file/format/run_lock.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <system_error>

#include "pipeline/error.hpp"
#include "pipeline/run_file/format/descriptor.hpp"

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

bool got(int result, const std::filesystem::path& path) {
  if (result == 0) return true;
  if (errno == EAGAIN || errno == EACCES || errno == EWOULDBLOCK) return false;
  if (errno == ENOLCK || errno == ENOSYS || errno == EOPNOTSUPP || errno == EINVAL) return true;  // no locks
  throw std::system_error(errno, std::generic_category(), path.string() + ": locking");
}

}  // namespace

bool is_being_written(const std::filesystem::path& path) {
  const Descriptor file = Descriptor::open(path, O_RDONLY);
  struct flock lock = whole_file();
  return file && ::fcntl(file.number(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

bool try_lock_for_writing(int descriptor, const std::filesystem::path& path) {
  // A program started from here must not keep the lock alive.
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  struct flock lock = whole_file();
  return got(::fcntl(descriptor, F_OFD_SETLK, &lock), path) &&
         got(::flock(descriptor, LOCK_SH | LOCK_NB), path);
}

void lock_for_writing(int descriptor, const std::filesystem::path& path) {
  if (!try_lock_for_writing(descriptor, path)) refuse_in_use(path);
}

void refuse_in_use(const std::filesystem::path& path) {
  throw InputError(path.string() +
                   ": is in use: it is being written by another process; wait for it to end, or stop it");
}

}  // namespace hookflow::pipeline
