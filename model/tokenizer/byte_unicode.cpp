#include "model/tokenizer/byte_unicode.hpp"

#include <array>
#include <cstddef>
#include <optional>

#include "model/tokenizer/utf8.hpp"

namespace hookflow {
namespace {

constexpr int kNoByte = -1;
constexpr std::size_t kAlphabetEnd = 0x100 + 68;

constexpr bool stands_for_itself(std::size_t byte) {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xFF && byte != 0xAD);
}

constexpr std::array<int, kAlphabetEnd> make_byte_of() {
  std::array<int, kAlphabetEnd> byte_of{};
  for (int& byte : byte_of) byte = kNoByte;
  std::size_t next_substitute = 0x100;
  for (std::size_t byte = 0; byte < 256; ++byte) {
    byte_of[stands_for_itself(byte) ? byte : next_substitute++] = static_cast<int>(byte);
  }
  return byte_of;
}

constexpr std::array<int, kAlphabetEnd> kByteOf = make_byte_of();

}  // namespace

bool append_bytes_of(std::string_view spelling, std::string& bytes) {
  for (std::size_t at = 0; at < spelling.size(); ++at) {
    auto point = static_cast<std::size_t>(static_cast<unsigned char>(spelling[at]));
    if (point >= 0x80) {
      const std::optional<CodePoint> read = first_code_point(spelling.substr(at));
      if (!read) return false;
      point = read->value;
      at += read->length - 1;
    }
    if (point >= kAlphabetEnd || kByteOf[point] == kNoByte) return false;
    bytes += static_cast<char>(kByteOf[point]);
  }
  return true;
}

}  // namespace hookflow
