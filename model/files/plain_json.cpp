#include "model/files/plain_json.hpp"

#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>

#include "model/files/utf8.hpp"

namespace hookflow {
namespace {

class PlainReader {
 public:
  PlainReader(std::string_view text, nlohmann::json_sax<FlatJson>& sax) : rest_(text), sax_(sax) {}

  bool read() {
    if (!value()) return false;
    next();
    return rest_.empty();
  }

 private:
  /// The first character that is no white space; a zero, which no value starts with, where there is none.
  char next() {
    std::size_t at = 0;
    while (at < rest_.size() &&
           (rest_[at] == ' ' || rest_[at] == '\n' || rest_[at] == '\r' || rest_[at] == '\t'))
      ++at;
    rest_.remove_prefix(at);
    return rest_.empty() ? '\0' : rest_.front();
  }
  bool take(char wanted) {
    if (next() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  bool value() {
    switch (next()) {
      case '{':
        return list('}', sax_.start_object(std::size_t(-1)), [this] { return member(); }) &&
               sax_.end_object();
      case '[':
        return list(']', sax_.start_array(std::size_t(-1)), [this] { return value(); }) && sax_.end_array();
      case '"':
        return string() && sax_.string(string_);
      case 't':
        return take("true") && sax_.boolean(true);
      case 'f':
        return take("false") && sax_.boolean(false);
      case 'n':
        return take("null") && sax_.null();
      default:
        return number();
    }
  }

  template <typename Item>
  bool list(char end, bool is_open, const Item& item) {
    rest_.remove_prefix(1);
    if (!is_open || take(end)) return is_open;
    do {
      if (!item()) return false;
    } while (take(','));
    return take(end);
  }

  bool member() { return next() == '"' && string() && sax_.key(string_) && take(':') && value(); }

  bool number() {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    const auto digits = static_cast<std::size_t>(end - rest_.data());
    const bool is_padded = digits > 1 && rest_.front() == '0';
    rest_.remove_prefix(digits);
    const bool is_whole =
        rest_.empty() || std::string_view(".eE").find(rest_.front()) == std::string_view::npos;
    return error == std::errc() && !is_padded && is_whole && sax_.number_unsigned(number);
  }

  bool string() {
    string_.clear();
    rest_.remove_prefix(1);
    for (;;) {
      std::size_t bytes = 0;
      bool is_ascii = true;
      for (; bytes < rest_.size() && rest_[bytes] != '"' && rest_[bytes] != '\\'; ++bytes) {
        const auto byte = static_cast<unsigned char>(rest_[bytes]);
        if (byte < 0x20) return false;
        is_ascii = is_ascii && byte < 0x80;
      }
      const std::string_view run = rest_.substr(0, bytes);
      if (bytes == rest_.size() || !(is_ascii || is_utf8(run))) return false;
      string_ += run;
      const bool is_end = rest_[bytes] == '"';
      rest_.remove_prefix(bytes + 1);
      if (is_end) return true;
      if (!escape()) return false;
    }
  }

  bool escape() {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
    if (rest_.empty()) return false;
    const char name = rest_.front();
    rest_.remove_prefix(1);
    if (name == 'u') return code_point();
    const auto found = kNames.find(name);
    if (found == std::string_view::npos) return false;
    string_ += kMeant[found];
    return true;
  }

  bool code_point() {
    constexpr std::size_t kDigits = 4;
    std::uint16_t point = 0;
    const std::string_view digits = rest_.substr(0, kDigits);
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), point, 16);
    const bool is_surrogate = point >= 0xD800 && point <= 0xDFFF;
    if (digits.size() != kDigits || error != std::errc() || end != digits.end() || is_surrogate) return false;
    append_code_point(point, string_);
    rest_.remove_prefix(kDigits);
    return true;
  }

  std::string_view rest_;
  nlohmann::json_sax<FlatJson>& sax_;
  std::string string_;  // the last one that was read
};

}  // namespace

bool read_plain_json(std::string_view text, nlohmann::json_sax<FlatJson>& sax) {
  return PlainReader(text, sax).read();
}

}  // namespace hookflow
