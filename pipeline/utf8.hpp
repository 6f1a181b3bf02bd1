#pragma once
#include <cstddef>
#include <string_view>

namespace hookflow::pipeline {

/// The offset of the first byte that is not UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing above
/// U+10FFFF), or npos.
std::size_t find_invalid_utf8(std::string_view bytes);

/// The offset of the first control character that text does not hold (all below U+0020 but tab, line feed and
/// carriage return), or npos.
std::size_t find_control(std::string_view bytes);

/// `bytes` without the byte order mark that some editors put first.
std::string_view without_bom(std::string_view bytes);

}  // namespace hookflow::pipeline
