#include "pipeline/hash/hash_memory.hpp"

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "pipeline/hash/sha256.hpp"

namespace hookflow::pipeline {
namespace {

/// In bytes; smaller files are hashed at once.
constexpr std::intmax_t kWorthRemembering = std::intmax_t{1} << 24;

bool is_sha256(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// The entry appears whole or not at all. What goes wrong costs time at the next run, nothing else.
void remember(const std::filesystem::path& entry, const std::string& hash) {
  std::error_code ignored;
  std::filesystem::create_directories(entry.parent_path(), ignored);
  const std::filesystem::path draft = entry.string() + "." + std::to_string(::getpid());
  std::ofstream(draft) << hash << '\n';
  std::filesystem::rename(draft, entry, ignored);
}

/// What tells one content of a file from the next without reading it; empty when that is not certain.
std::string fingerprint(const std::filesystem::path& path, std::chrono::seconds settled) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  if (status.st_size < kWorthRemembering) return {};
  const std::time_t latest = std::time(nullptr) - settled.count();
  if (status.st_ctim.tv_sec > latest || status.st_mtim.tv_sec > latest) return {};
  std::ostringstream text;
  text << status.st_dev << ' ' << status.st_ino << ' ' << status.st_size;
  for (const std::timespec& time : {status.st_mtim, status.st_ctim})
    text << ' ' << time.tv_sec << ' ' << time.tv_nsec;
  return text.str() + ' ';
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
  const std::string before = folder_.empty() ? "" : fingerprint(path, settled_);
  if (before.empty()) return pipeline::sha256_file(path, stop);
  const std::filesystem::path entry = folder_ / sha256(before);
  std::string known;
  if (std::ifstream(entry) >> known && is_sha256(known)) return known;
  std::string hash = pipeline::sha256_file(path, stop);
  if (fingerprint(path, settled_) == before) remember(entry, hash);
  return hash;
}

}  // namespace hookflow::pipeline
