#include "pipeline/hash/entry_draft.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/types.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

#include "pipeline/error.hpp"

namespace hookflow::pipeline {
namespace {

using Clock = std::chrono::steady_clock;

/// Between two looks; as fast as that it notices that it is to stop, and sixty-four do not burden a file
/// server.
constexpr std::chrono::milliseconds kLook(50);

bool is_held_by_another(int descriptor) {
  return descriptor >= 0 && ::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

}  // namespace

EntryDraft::EntryDraft(std::filesystem::path entry, std::chrono::duration<double> patience,
                       const std::stop_token& stop)
    : entry_(std::move(entry)), path_(entry_.string() + ".draft") {
  std::error_code ignored;
  std::filesystem::create_directories(entry_.parent_path(), ignored);
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  const Clock::time_point begin = Clock::now();
  while (is_held_by_another(descriptor_) && Clock::now() - begin < patience && !stop.stop_requested())
    std::this_thread::sleep_for(kLook);
  if (!stop.stop_requested()) return;
  if (descriptor_ >= 0) ::close(descriptor_);
  throw Stopped();
}

EntryDraft::~EntryDraft() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void EntryDraft::finish(std::string_view text) const {
  // Over what a killed process left, and never emptied before: who has no lock may do the same.
  const auto size = static_cast<ssize_t>(text.size());
  if (descriptor_ < 0 || ::pwrite(descriptor_, text.data(), text.size(), 0) != size) return;
  std::error_code ignored;
  std::filesystem::rename(path_, entry_, ignored);
}

void EntryDraft::discard() const {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

}  // namespace hookflow::pipeline
