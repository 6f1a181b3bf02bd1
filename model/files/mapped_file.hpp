#pragma once
#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

namespace hookflow {

/// Whether something is there to be opened; what cannot be looked at is not. Throws ModelError for a link
/// that leads nowhere: a file of a model that is lost is another thing than one that the model does not have.
bool is_there(const std::filesystem::path& path);

/// A regular file mapped read-only for as long as this lives. Nothing is read until it is touched.
class MappedFile {
 public:
  /// Throws ModelError naming the file for one that cannot be opened (and, of a link, where it leads), that
  /// is no regular file, or that is the pointer which Git LFS leaves where it has not fetched the file itself
  /// (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md).
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  /// Empty for an empty file; otherwise starts at a page boundary.
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
  [[nodiscard]] std::string_view text() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace hookflow
