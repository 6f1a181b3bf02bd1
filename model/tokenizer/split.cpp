#include "model/tokenizer/split.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <utf8.h>

namespace hookflow {
namespace {

// GPT-2's own pattern. PCRE2's \s would add U+180E, hence the property by name.
constexpr std::string_view kPattern =
    "'s|'t|'re|'ve|'m|'ll|'d"
    R"(| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+)"
    R"(|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+)";

struct CodeDelete {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct MatchDataDelete {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
using Code = std::unique_ptr<pcre2_code, CodeDelete>;
using MatchData = std::unique_ptr<pcre2_match_data, MatchDataDelete>;

std::string pcre2_message(int error) {
  std::string text(256, '\0');
  const int length = pcre2_get_error_message(error, reinterpret_cast<PCRE2_UCHAR*>(text.data()), text.size());
  text.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
  return text + " (PCRE2 error " + std::to_string(error) + ")";
}

Code compile_pattern() {
  int error = 0;
  std::size_t offset = 0;
  Code code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(kPattern.data()), kPattern.size(),
                          PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED, &error, &offset, nullptr));
  if (!code) throw std::logic_error("GPT-2's pattern does not compile: " + pcre2_message(error));
  // Without a just-in-time compiler on this machine PCRE2 interprets: slower, same pieces.
  pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);
  return code;
}

// One byte at the same place for each byte that is not UTF-8: U+0001 is no letter, number or white space.
std::string mask_invalid(std::string_view text) {
  constexpr char kOtherSymbol = '\x01';
  std::string masked(text);
  for (auto at = masked.begin(); (at = utf8::find_invalid(at, masked.end())) != masked.end(); ++at) {
    *at = kOtherSymbol;
  }
  return masked;
}

std::size_t piece_length(const pcre2_code* code, std::string_view text, std::size_t start,
                         pcre2_match_data* data) {
  const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
  int result = pcre2_match(code, subject, text.size(), start, PCRE2_NO_UTF_CHECK, data, nullptr);
  if (result == PCRE2_ERROR_JIT_STACKLIMIT) {
    result = pcre2_match(code, subject, text.size(), start, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, data, nullptr);
  }
  // Every character is white space, a letter, a number or none of these, so there is always a match.
  if (result < 0) {
    throw std::logic_error("GPT-2's pattern failed at byte " + std::to_string(start) + ": " +
                           pcre2_message(result));
  }
  return pcre2_get_ovector_pointer(data)[1] - start;
}

}  // namespace

std::vector<std::string_view> split_pieces(std::string_view text) {
  static const Code code = compile_pattern();
  const MatchData data(pcre2_match_data_create(1, nullptr));
  if (!data) throw std::bad_alloc();

  const std::string masked = mask_invalid(text);
  std::vector<std::string_view> pieces;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t length = piece_length(code.get(), masked, start, data.get());
    pieces.push_back(text.substr(start, length));
    start += length;
  }
  return pieces;
}

}  // namespace hookflow
