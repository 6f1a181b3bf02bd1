#pragma once

#include <string>
#include <string_view>

namespace hookflow {

/// GPT-2's files write each byte of a token as one visible character: a printable Latin-1 byte as itself, the
/// n-th of the other 68 as U+0100 + n, so that a space is Ġ and a newline Ċ. Appends the bytes that such a
/// spelling stands for; false if it is not UTF-8 or has a character outside that alphabet.
bool append_bytes_of(std::string_view spelling, std::string& bytes);

}  // namespace hookflow
