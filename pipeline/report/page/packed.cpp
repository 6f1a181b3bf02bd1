#include "pipeline/report/page/packed.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <zlib.h>

namespace hookflow::pipeline {
namespace {

std::string gzip(std::string_view bytes) {
  constexpr int kGzip = 16;  // beside the window's bits: with gzip's header
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, MAX_WBITS + kGzip, MAX_MEM_LEVEL,
                   Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("zlib cannot compress");
  std::string out;
  std::string some(65536, '\0');
  int state = Z_OK;
  while (state != Z_STREAM_END) {
    const std::size_t next = std::min<std::size_t>(bytes.size(), std::numeric_limits<int>::max());
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(next);
    stream.next_out = reinterpret_cast<Bytef*>(some.data());
    stream.avail_out = static_cast<uInt>(some.size());
    state = deflate(&stream, next == bytes.size() ? Z_FINISH : Z_NO_FLUSH);
    bytes.remove_prefix(next - stream.avail_in);
    out.append(some, 0, some.size() - stream.avail_out);
  }
  deflateEnd(&stream);
  return out;
}

/// RFC 4648, section 4.
std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t three = 0;
    for (std::size_t k = 0; k < 3; ++k)
      three = three << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      text += i + k > bytes.size() ? '=' : kDigits[three >> (18 - 6 * k) & 63U];
  }
  return text;
}

}  // namespace

std::string packed(std::string_view bytes) { return base64(gzip(bytes)); }

}  // namespace hookflow::pipeline
