#pragma once
#include <filesystem>

namespace hookflow::pipeline {

/// A file that is open in the operating system; closed when this goes.
class Descriptor {
 public:
  Descriptor() = default;  // of none
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  /// Opens a file of bytes, through links. Nothing else is ever opened, since that may wait for long (a pipe)
  /// or do something (a device). Gives none where it cannot be; then errno says why.
  static Descriptor open(const std::filesystem::path& path, int flags);

  explicit operator bool() const { return number_ >= 0; }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_ = -1;
};

/// Where the path leads once no link is left. Throws InputError for links that lead in a circle.
std::filesystem::path without_links(const std::filesystem::path& path);
/// Whether the path leads, through links, to the file that is open.
bool leads_to(const std::filesystem::path& path, int descriptor);
/// Throws InputError unless the path leads to a file of bytes, of which a run file is one.
void expect_file(const std::filesystem::path& path);

}  // namespace hookflow::pipeline
