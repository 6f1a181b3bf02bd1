#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace hookflow::pipeline {

/// The offset of the first byte that is not UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing above
/// U+10FFFF), or npos.
std::size_t find_invalid_utf8(std::string_view bytes);

/// The offset of the first control character that text does not hold (all below U+0020 but tab, line feed and
/// carriage return), or npos.
std::size_t find_control(std::string_view bytes);

/// The letters A to Z in lower case.
std::string lower_case(std::string_view text);

/// `bytes` without the byte order mark that some editors put first.
std::string_view without_bom(std::string_view bytes);

/// The text with every byte that is not part of UTF-8, and every zero byte, spelled `\xNN`: readers of HDF5
/// text stop at zeros and fail on other encodings, and texts to be stored may hold any bytes.
std::string spell_bytes(std::string_view text);

/// The character that begins at a byte of the text; moves `at` behind it. A byte that is none counts as one.
char32_t next_character(std::string_view text, std::size_t& at);

/// A UTF-8 text cut between characters and marked with "…", so that it has at most `bytes`.
std::string cut_text(const std::string& text, std::size_t bytes);

}  // namespace hookflow::pipeline
