#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>

struct evp_md_ctx_st;  // OpenSSL's

namespace hookflow::pipeline {

/// The SHA-256 of bytes given piece by piece; of one thing after the other.
class Sha256 {
 public:
  Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  ~Sha256();

  void add(std::string_view bytes);
  // Of what was added since the last of these:
  [[nodiscard]] std::string hex();        // in lower case
  [[nodiscard]] std::int64_t first_64();  // the first eight bytes, as a little-endian number

 private:
  using Digest = std::array<unsigned char, 32>;
  void give(std::string_view bytes);
  void give_waiting();
  Digest take();

  evp_md_ctx_st* context_;
  std::array<char, 512> waiting_{};  // many small pieces cost their calls otherwise
  std::size_t waiting_size_ = 0;
};

/// SHA-256 in lower-case hexadecimal.
std::string sha256(std::string_view bytes);
/// Of a file's contents. Throws InputError when it cannot be read, Stopped when it is told to stop.
std::string sha256_file(const std::filesystem::path& path, const std::stop_token& stop = {});

}  // namespace hookflow::pipeline
