#pragma once
#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

namespace hookflow {

/// Whether something is there to be opened; what cannot be looked at is not.
bool is_there(const std::filesystem::path& path);

/// A regular file mapped read-only for as long as this lives. Nothing is read until it is touched.
class MappedFile {
 public:
  /// Throws ModelError naming the file for one that cannot be opened or is no regular file.
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
