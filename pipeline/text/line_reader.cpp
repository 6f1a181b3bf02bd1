#include "pipeline/text/line_reader.hpp"

#include <algorithm>

#include "pipeline/text/utf8.hpp"

namespace hookflow::pipeline {

bool LineReader::next(std::string& line) {
  if (at_ == text_.size() && !refill()) return false;
  const std::size_t end = std::min(text_.find_first_of("\r\n", at_), text_.size());
  line.assign(text_, at_, end - at_);
  end_ = text_.compare(end, 2, "\r\n") == 0 ? "\r\n" : text_.substr(end, 1);
  at_ = end + end_.size();
  ++number_;
  return true;
}

bool LineReader::refill() {
  at_ = 0;
  if (!std::getline(in_, text_)) {
    text_.clear();
    return false;
  }
  if (!in_.eof()) text_ += '\n';
  if (number_ == 0) text_ = without_bom(text_);
  return !text_.empty();
}

}  // namespace hookflow::pipeline
