#include "pipeline/prompts/json_row.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "pipeline/text/utf8.hpp"

namespace hookflow::pipeline {
namespace {

// Takes the parser's events rather than its document: those still have numbers as they are spelled, and keys
// that are given twice.
class RowHandler : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit RowHandler(PromptRows& rows) : rows_(rows) {}

  [[nodiscard]] const std::vector<std::string>& containers() const { return containers_; }

  bool null() override { return word("null"); }
  bool boolean(bool value) override { return word(value ? "true" : "false"); }
  bool number_integer(nlohmann::json::number_integer_t value) override {
    return number(std::to_string(value));
  }
  bool number_unsigned(nlohmann::json::number_unsigned_t value) override {
    return number(std::to_string(value));
  }
  bool number_float(nlohmann::json::number_float_t, const std::string& spelling) override {
    return number(spelling);
  }
  bool string(std::string& value) override {
    if (depth_ != 1 || key_ == "ids") return other("text");
    rows_.set(key_, std::move(value));
    return true;
  }
  bool binary(nlohmann::json::binary_t&) override { return other("binary"); }

  bool start_object(std::size_t) override {
    if (depth_ > 0) container("an object");
    ++depth_;
    return true;
  }
  bool end_object() override {
    --depth_;
    return true;
  }
  bool key(std::string& name) override {
    if (depth_ == 1) key_ = std::move(name);
    return true;
  }

  bool start_array(std::size_t) override {
    if (depth_ == 1 && key_ == "ids") {
      ids_.emplace();
      bad_id_.clear();
    } else if (!container("an array")) {
      return false;
    }
    ++depth_;
    return true;
  }
  bool end_array() override {
    --depth_;
    if (depth_ != 1 || !ids_) return true;
    std::vector<std::int64_t> ids = *std::exchange(ids_, std::nullopt);
    if (bad_id_.empty()) {
      rows_.set_ids(std::move(ids));
    } else {
      rows_.refuse("ids", "holds " + bad_id_ + "; an id must be a whole number from 0 up");
    }
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) override {
    std::string reason = error.what();  // "[name.id] parse error at line 1, column 9: ...; last read: '...'"
    for (const std::string_view start : {"] ", "line 1, "}) {
      const std::size_t at = reason.find(start);
      if (at != std::string::npos) reason.erase(0, at + start.size());
    }
    constexpr std::size_t kLongest = 160;
    if (reason.size() > kLongest) reason.resize(std::min(reason.find("; last read"), kLongest));
    rows_.refuse_row("not JSON: " + reason);
    return false;
  }

 private:
  bool number(const std::string& spelling) {
    if (depth_ == 1 && key_ != "ids") {
      rows_.set(key_, spelling);
      return true;
    }
    const bool is_id = depth_ == 2 && ids_.has_value();
    const std::optional<std::int64_t> id = is_id ? parse_id(spelling) : std::nullopt;
    if (!id) return other(is_id ? spelling : "a number");
    ids_->push_back(*id);
    return true;
  }

  bool word(const std::string& value) {
    if (depth_ != 1) return other(value);
    rows_.set_other(key_, value);
    return true;
  }

  bool container(const std::string& what) {
    if (depth_ != 1 || key_ == "id" || key_ == "text" || key_ == "ids") return other(what);
    containers_.push_back(key_);
    return true;
  }

  // A value that has no use where it stands. Inside of one, nothing more is said; behind a row that is no
  // object, nothing more is read.
  bool other(const std::string& what) {
    if (depth_ == 0) {
      rows_.refuse_row("a line holds one object, not " + what);
      return false;
    }
    if (depth_ == 1) {
      const std::string wanted = key_ == "ids" ? "a list of ids" : "text or a number";
      rows_.refuse(key_, "is " + what + "; must be " + wanted);
    } else if (depth_ == 2 && ids_ && bad_id_.empty()) {
      bad_id_ = what;
    }
    return true;
  }

  PromptRows& rows_;
  int depth_ = 0;
  std::string key_;
  std::optional<std::vector<std::int64_t>> ids_;  // of the list that is being read
  std::string bad_id_;
  std::vector<std::string> containers_;  // columns that hold a list or an object
};

}  // namespace

void add_json_row(std::size_t number, std::string_view line, PromptRows& rows) {
  rows.begin(number);
  if (find_invalid_utf8(line) == std::string_view::npos) {
    RowHandler handler(rows);
    if (nlohmann::json::sax_parse(line, &handler) && !handler.containers().empty()) {
      const auto row = nlohmann::ordered_json::parse(line);
      for (const std::string& column : handler.containers()) rows.set_other(column, row[column].dump());
    }
  } else {
    rows.refuse_row("the line is not UTF-8");
  }
  rows.end();
}

}  // namespace hookflow::pipeline
