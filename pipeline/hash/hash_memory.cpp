#include "pipeline/hash/hash_memory.hpp"

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <optional>
#include <sstream>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "pipeline/hash/entry_draft.hpp"
#include "pipeline/hash/sha256.hpp"

namespace hookflow::pipeline {
namespace {

/// In bytes; smaller files are hashed at once.
constexpr std::intmax_t kWorthRemembering = std::intmax_t{1} << 24;

bool is_sha256(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::optional<std::string> read_entry(const std::filesystem::path& entry) {
  std::string text;
  if (std::ifstream(entry) >> text && is_sha256(text)) return text;
  return std::nullopt;
}

/// Images (squashfs, ISO 9660) have times as their makers chose them, in whole seconds, and one after the
/// other is mounted under the same device number: two of them can hold different files that look like one.
bool is_of_an_image(const std::filesystem::path& path, const struct stat& status) {
  struct statvfs system {};
  const bool is_fixed = ::statvfs(path.c_str(), &system) == 0 && (system.f_flag & ST_RDONLY) != 0;
  return is_fixed && status.st_mtim.tv_nsec == 0 && status.st_ctim.tv_nsec == 0;
}

/// What tells one content of a file from the next without reading it, and its size in bytes.
struct Fingerprint {
  std::string text;  // empty when that is not certain
  double size = 0;

  bool operator==(const Fingerprint&) const = default;
};

/// Whoever writes to a file moves its time of change (ctime) to the present, and no program can set it back,
/// unlike mtime: the same fingerprint for other contents takes a machine's clock that is set back to the very
/// nanosecond, or somebody who writes through a shared mapping for longer than `settled` before the system
/// has stored the page, which moves the time once only.
Fingerprint fingerprint(const std::filesystem::path& path, std::chrono::seconds settled) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  if (status.st_size < kWorthRemembering || is_of_an_image(path, status)) return {};
  const std::time_t latest = std::time(nullptr) - settled.count();
  if (status.st_ctim.tv_sec > latest || status.st_mtim.tv_sec > latest) return {};
  std::ostringstream text;
  text << status.st_dev << ' ' << status.st_ino << ' ' << status.st_size;
  for (const std::timespec& time : {status.st_mtim, status.st_ctim})
    text << ' ' << time.tv_sec << ' ' << time.tv_nsec;
  return {text.str() + ' ', static_cast<double>(status.st_size)};
}

}  // namespace

HashMemory HashMemory::of_user() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache == '/') return HashMemory(std::filesystem::path(cache) / "hookflow/sha256");
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home == '/')
    return HashMemory(std::filesystem::path(home) / ".cache/hookflow/sha256");
  return HashMemory({});
}

std::string HashMemory::sha256_file(const std::filesystem::path& path, const std::stop_token& stop) const {
  const Fingerprint before = folder_.empty() ? Fingerprint() : fingerprint(path, ways_.settled);
  if (before.text.empty()) return ways_.hash(path, stop);
  const std::filesystem::path entry = folder_ / sha256(before.text);
  if (auto known = read_entry(entry)) return *std::move(known);
  const EntryDraft draft(entry, std::chrono::duration<double>(before.size / ways_.slowest), stop);
  if (auto known = read_entry(entry)) {  // by whom this one waited for
    draft.discard();
    return *std::move(known);
  }
  std::string hash = ways_.hash(path, stop);
  if (fingerprint(path, ways_.settled) == before) draft.finish(hash + '\n');
  return hash;
}

}  // namespace hookflow::pipeline
