#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// JSON writes a character above U+FFFF as the escapes of two halves (surrogates), `\ud83d\ude00`; YAML's
/// parser knows no such halves, and one escape with eight digits.
namespace hookflow::pipeline {

/// Whether a half may be written anywhere in the text.
bool may_hold_surrogates(std::string_view text);
/// The text with each such escape as one of a character that is none, at the same place and of the same
/// length: what shows where the texts in double quotes are, where alone an escape is one.
std::string without_surrogates(std::string_view text);

struct LoneSurrogate {
  std::size_t offset = 0;
  std::string escape;  // as it is written
};
/// Joins the halves in the texts in double quotes that begin at these offsets, ascending. The lines of the
/// text stay; `lone`: halves without their other half, which stay too.
std::string join_surrogates(std::string_view text, const std::vector<std::size_t>& quotes,
                            std::vector<LoneSurrogate>& lone);

}  // namespace hookflow::pipeline
