#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace hookflow::testing {

/// An empty directory that is gone when the test is.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::random_device random;
    path_ = std::filesystem::temp_directory_path() / ("hookflow-" + std::to_string(random()));
    std::filesystem::create_directories(path_);
  }
  ~ScratchDirectory() { std::filesystem::remove_all(path_); }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  void write(const char* name, std::string_view text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
  }

 private:
  std::filesystem::path path_;
};

/// GPT-2's visible spelling of bytes, as its encoder.py builds it.
inline std::string spelling(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const unsigned byte = static_cast<unsigned char>(c);
    unsigned code = byte;
    if (byte <= 0x20) code = 0x100 + byte;
    if (byte >= 0x7F && byte <= 0xA0) code = 0x100 + 33 + byte - 0x7F;
    if (byte == 0xAD) code = 0x100 + 67;
    if (code < 0x80) {
      out += static_cast<char>(code);
    } else {
      out += static_cast<char>(0xC0 | (code >> 6));
      out += static_cast<char>(0x80 | (code & 0x3F));
    }
  }
  return out;
}

/// A vocabulary in the making: token n is byte n for n < 256, token 256 + k what merge k makes, and then
/// <|endoftext|>.
struct SmallTokenizer {
  std::vector<std::pair<std::string, std::string>> merges;  // plain bytes

  std::int32_t end_of_text() const { return static_cast<std::int32_t>(256 + merges.size()); }

  nlohmann::json vocab() const {
    nlohmann::json vocab;
    for (int byte = 0; byte < 256; ++byte) vocab[spelling(std::string(1, static_cast<char>(byte)))] = byte;
    for (std::size_t k = 0; k < merges.size(); ++k) {
      vocab[spelling(merges[k].first + merges[k].second)] = 256 + k;
    }
    vocab["<|endoftext|>"] = end_of_text();
    return vocab;
  }
  std::string merges_txt() const {
    std::string text = "#version: 0.2\n";
    for (const auto& [left, right] : merges) text += spelling(left) + " " + spelling(right) + "\n";
    return text;
  }
  nlohmann::json tokenizer_json() const {
    nlohmann::json list = nlohmann::json::array();
    for (const auto& [left, right] : merges) list.push_back(spelling(left) + " " + spelling(right));
    const nlohmann::json byte_level = {{"type", "ByteLevel"}, {"add_prefix_space", false}};
    const nlohmann::json model = {{"type", "BPE"}, {"vocab", vocab()}, {"merges", list}};
    return {{"model", model}, {"pre_tokenizer", byte_level}};
  }
  void write_vocab_and_merges(const ScratchDirectory& directory) const {
    directory.write("vocab.json", vocab().dump());
    directory.write("merges.txt", merges_txt());
  }
};

}  // namespace hookflow::testing
