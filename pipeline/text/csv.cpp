#include "pipeline/text/csv.hpp"

#include <algorithm>

#include "pipeline/text/utf8.hpp"

namespace hookflow::pipeline {

bool CsvReader::read_line() {
  if (!std::getline(in_, text_)) return false;
  end_ = "\n";
  if (text_.ends_with('\r')) {
    text_.pop_back();
    end_ = "\r\n";
  }
  if (line_ == 0) text_ = without_bom(text_);
  ++line_;
  at_ = 0;
  return true;
}

bool CsvReader::next(std::vector<std::string>& fields) {
  fields.clear();
  do {
    if (!read_line()) return false;
  } while (text_.empty());
  start_ = line_;
  while (true) {
    fields.push_back(at_ < text_.size() && text_[at_] == '"' ? quoted_field() : plain_field());
    if (at_ == text_.size()) return true;
    ++at_;  // the comma
  }
}

std::string CsvReader::plain_field() {
  const std::size_t end = std::min(text_.find(',', at_), text_.size());
  std::string field = text_.substr(at_, end - at_);
  if (field.find('"') != std::string::npos) {
    throw CsvError(line_, "a quote inside a field that does not begin with one");
  }
  at_ = end;
  return field;
}

std::string CsvReader::quoted_field() {
  const std::size_t opened = line_;
  std::string field;
  ++at_;
  while (true) {
    const std::size_t quote = text_.find('"', at_);
    field += text_.substr(at_, quote == std::string::npos ? quote : quote - at_);
    if (quote == std::string::npos) {
      field += end_;
      if (!read_line()) throw CsvError(opened, "the quote that begins a field on this line is never closed");
      continue;
    }
    at_ = quote + 1;
    if (at_ == text_.size() || text_[at_] == ',') return field;
    if (text_[at_] != '"') throw CsvError(line_, "text between a closing quote and the next comma");
    field += '"';
    ++at_;
  }
}

}  // namespace hookflow::pipeline
