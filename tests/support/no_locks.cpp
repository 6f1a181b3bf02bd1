// Loaded before the C library (LD_PRELOAD), this makes every file system one without locks, such as an NFS
// that is mounted so: no lock is given, and a name is never exchanged in one step.
#include <cerrno>
#include <cstdarg>
#include <dlfcn.h>
#include <fcntl.h>
#include <initializer_list>
#include <sys/file.h>

namespace {

using Fcntl = int (*)(int, int, ...);

int refuse(int why) {
  errno = why;
  return -1;
}

int control(const char* name, int file, int command, void* argument) {
  for (const int lock : {F_SETLK, F_SETLKW, F_GETLK, F_OFD_SETLK, F_OFD_SETLKW, F_OFD_GETLK})
    if (command == lock) return refuse(ENOLCK);
  return reinterpret_cast<Fcntl>(::dlsym(RTLD_NEXT, name))(file, command, argument);
}

void* argument_of(va_list arguments) { return va_arg(arguments, void*); }

}  // namespace

extern "C" {

int flock(int /*file*/, int /*operation*/) noexcept { return refuse(ENOLCK); }

int renameat2(int /*from_folder*/, const char* /*from*/, int /*to_folder*/, const char* /*to*/,
              unsigned /*flags*/) noexcept {
  return refuse(EINVAL);
}

int fcntl(int file, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* argument = argument_of(arguments);
  va_end(arguments);
  return control("fcntl", file, command, argument);
}

int fcntl64(int file, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* argument = argument_of(arguments);
  va_end(arguments);
  return control("fcntl64", file, command, argument);
}
}
