// Loaded before the C library (LD_PRELOAD), this writes down what a program does to the files that it names
// relative to its working directory: HOOKFLOW_JOURNAL is the file to append to; none: it is not kept.
// HOOKFLOW_INTERRUPT_AT=n sends the program SIGINT at its n-th wait for the disk. Files in memory maps and
// copied descriptors are not seen.
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <string>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/support/journal.hpp"

namespace {

using hookflow::test::Did;
using hookflow::test::JournalHead;

constexpr std::size_t kDescriptors = 1024;
std::mutex one_at_a_time;  // so that the journal has the order of what was done
std::array<std::uint32_t, kDescriptors> handles{};
std::uint32_t last_handle = 0;
int syncs = 0;

void record(Did did, std::uint32_t handle, std::uint64_t offset, const void* bytes, std::size_t size) {
  const char* journal = std::getenv("HOOKFLOW_JOURNAL");
  if (journal == nullptr) return;
  JournalHead head{did, handle, offset, size};
  std::array<iovec, 2> parts = {{{&head, sizeof head}, {const_cast<void*>(bytes), size}}};
  const long file = ::syscall(SYS_openat, AT_FDCWD, journal, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const long all = static_cast<long>(sizeof head + size);
  if (file < 0 || ::syscall(SYS_writev, file, parts.data(), parts.size()) != all) std::abort();
  ::syscall(SYS_close, file);
}

void record_names(Did did, const char* from, const char* to) {
  const std::string names = std::string(from) + '\0' + to;
  record(did, 0, 0, names.data(), names.size());
}

std::uint32_t handle_of(int descriptor) {
  const auto index = static_cast<std::size_t>(descriptor);
  return index < kDescriptors ? handles.at(index) : 0;
}

int open_recorded(int folder, const char* path, int flags, mode_t mode) {
  const std::lock_guard lock(one_at_a_time);
  const bool to_write = (flags & O_ACCMODE) != O_RDONLY;
  const bool is_ours = folder == AT_FDCWD && path[0] != '/' && (to_write || (flags & O_DIRECTORY) != 0);
  const bool is_new = (flags & O_CREAT) != 0 && ::syscall(SYS_faccessat, folder, path, F_OK) != 0;
  const int descriptor = static_cast<int>(::syscall(SYS_openat, folder, path, flags, mode));
  if (descriptor < 0 || !is_ours || static_cast<std::size_t>(descriptor) >= kDescriptors) return descriptor;
  handles.at(static_cast<std::size_t>(descriptor)) = ++last_handle;
  record(is_new ? Did::create : Did::open, last_handle, 0, path, std::strlen(path));
  if (to_write && (flags & O_TRUNC) != 0) record(Did::resize, last_handle, 0, nullptr, 0);
  return descriptor;
}

mode_t mode_of(int flags, va_list rest) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? static_cast<mode_t>(va_arg(rest, unsigned)) : 0;
}

ssize_t write_recorded(int descriptor, const void* bytes, std::size_t size, off_t at) {
  const std::lock_guard lock(one_at_a_time);
  const ssize_t written = ::syscall(SYS_pwrite64, descriptor, bytes, size, at);
  if (written > 0 && handle_of(descriptor) != 0)
    record(Did::write, handle_of(descriptor), static_cast<std::uint64_t>(at), bytes,
           static_cast<std::size_t>(written));
  return written;
}

int resize_recorded(int descriptor, off_t size) {
  const std::lock_guard lock(one_at_a_time);
  const int result = static_cast<int>(::syscall(SYS_ftruncate, descriptor, size));
  if (result == 0 && handle_of(descriptor) != 0)
    record(Did::resize, handle_of(descriptor), static_cast<std::uint64_t>(size), nullptr, 0);
  return result;
}

// Without waiting for the disk: the machine does not stop here, and only the order matters.
int sync_recorded(int descriptor) {
  const std::lock_guard lock(one_at_a_time);
  if (handle_of(descriptor) == 0) return 0;
  record(Did::sync, handle_of(descriptor), 0, nullptr, 0);
  const char* interrupt = std::getenv("HOOKFLOW_INTERRUPT_AT");
  if (interrupt != nullptr && ++syncs == std::atoi(interrupt)) ::kill(::getpid(), SIGINT);
  return 0;
}

int rename_recorded(const char* from, const char* to, unsigned flags) {
  const std::lock_guard lock(one_at_a_time);
  const int result = static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags));
  if (result == 0) record_names(Did::rename, from, to);
  return result;
}

int unlink_recorded(const char* path) {
  const std::lock_guard lock(one_at_a_time);
  const int result = static_cast<int>(::syscall(SYS_unlink, path));
  if (result == 0) record(Did::unlink, 0, 0, path, std::strlen(path));
  return result;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return open_recorded(AT_FDCWD, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return open_recorded(AT_FDCWD, path, flags, mode);
}

int close(int descriptor) {
  const std::lock_guard lock(one_at_a_time);
  if (handle_of(descriptor) != 0) handles.at(static_cast<std::size_t>(descriptor)) = 0;
  return static_cast<int>(::syscall(SYS_close, descriptor));
}

ssize_t pwrite(int descriptor, const void* bytes, std::size_t size, off_t at) {
  return write_recorded(descriptor, bytes, size, at);
}
ssize_t pwrite64(int descriptor, const void* bytes, std::size_t size, off64_t at) {
  return write_recorded(descriptor, bytes, size, at);
}

ssize_t write(int descriptor, const void* bytes, std::size_t size) {
  if (handle_of(descriptor) == 0) return ::syscall(SYS_write, descriptor, bytes, size);
  const off_t at = ::lseek(descriptor, 0, SEEK_CUR);
  const ssize_t written = write_recorded(descriptor, bytes, size, at);
  if (written > 0) ::lseek(descriptor, at + written, SEEK_SET);
  return written;
}

int ftruncate(int descriptor, off_t size) noexcept { return resize_recorded(descriptor, size); }
int ftruncate64(int descriptor, off64_t size) noexcept { return resize_recorded(descriptor, size); }

int fsync(int descriptor) { return sync_recorded(descriptor); }
int fdatasync(int descriptor) { return sync_recorded(descriptor); }

int rename(const char* from, const char* to) noexcept { return rename_recorded(from, to, 0); }
int renameat2(int, const char* from, int, const char* to, unsigned flags) noexcept {
  return rename_recorded(from, to, flags);
}

int link(const char* from, const char* to) noexcept {
  const std::lock_guard lock(one_at_a_time);
  const int result = static_cast<int>(::syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0));
  if (result == 0) record_names(Did::link, from, to);
  return result;
}
int unlink(const char* path) noexcept { return unlink_recorded(path); }
int remove(const char* path) noexcept {
  const int result = unlink_recorded(path);
  return result != 0 && errno == EISDIR ? static_cast<int>(::syscall(SYS_rmdir, path)) : result;
}

}  // extern "C"
