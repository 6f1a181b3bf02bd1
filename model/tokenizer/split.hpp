#pragma once

#include <string_view>
#include <vector>

namespace hookflow {

/// Cuts text into the pieces that GPT-2's pattern finds: contractions, words, numbers and runs of other
/// symbols (each with one leading space), and white space. The pieces borrow from `text` and join to it
/// exactly.
///
/// - White space is Unicode's property White_Space, as in OpenAI's original encoder and Hugging Face's
///   tokenizers: U+0085 is in it, U+180E and U+FEFF are not. Letters and numbers are those of the Unicode
///   version that the PCRE2 library was built with.
/// - A byte that is not valid UTF-8 counts as an other symbol, as the U+FFFD that a lossy decoder would put
///   there does; the piece keeps the byte itself.
std::vector<std::string_view> split_pieces(std::string_view text);

}  // namespace hookflow
