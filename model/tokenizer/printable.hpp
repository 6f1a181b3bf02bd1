#pragma once

#include <string>
#include <string_view>

namespace hookflow {

/// A token as a person reads it, for tables and labels: always valid UTF-8 of one line, spaces kept. Escaped
/// as \xNN, byte by byte: bytes that are not UTF-8, control characters, line and paragraph separators, and
/// the invisible characters that join, order or mark text. A backslash stays as it is, so the text alone need
/// not tell two tokens apart; their ids do.
std::string printable(std::string_view token_bytes);

}  // namespace hookflow
