#pragma once
#include <algorithm>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/parallel/for_each_of.hpp"
#include "pipeline/values/array.hpp"

namespace hookflow::pipeline {

/// Texts by number, which never change. They may be made only when asked for, so that those of many prompts
/// are never all in memory. Copies share what they are made from.
class TextRows {
 public:
  using Make = std::function<std::string(std::size_t row)>;  // may be called from any thread

  TextRows() = default;
  TextRows(std::size_t size, Make make) : size_(size), make_(std::move(make)) {}
  TextRows(std::vector<std::string> texts) : size_(texts.size()) {
    make_ = [kept = std::make_shared<const std::vector<std::string>>(std::move(texts))](std::size_t row) {
      return (*kept)[row];
    };
  }
  TextRows(std::initializer_list<std::string> texts) : TextRows(std::vector<std::string>(texts)) {}

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::string operator[](std::size_t row) const { return make_(row); }
  [[nodiscard]] std::vector<std::string> read(std::size_t first, std::size_t count) const {
    std::vector<std::string> texts(count);
    for_each_of(count, [&](std::size_t row) { texts[row] = make_(first + row); });
    return texts;
  }

 private:
  std::size_t size_ = 0;
  Make make_;
};

/// Texts known when the run file is made, along one axis, such as the prompts' texts. A stored number whose
/// units are the axis's long name is looked up here. Bytes that are not UTF-8 are stored spelled out, as
/// `\xNN`; so are those of labels and attributes.
struct TextTable {
  std::string group;  // a stage's, or one of its own
  std::string name;
  Axis axis;
  TextRows texts;
  std::string long_name;
};

/// The cells of an array of numbers, row-major, made in the same way.
class NumberCells {
 public:
  using Make = std::function<Column(std::size_t first, std::size_t count)>;

  NumberCells(std::size_t size, Make make) : size_(size), make_(std::move(make)) {}
  template <typename Number>
  NumberCells(std::vector<Number> values) : size_(values.size()) {
    make_ = [kept = std::make_shared<const std::vector<Number>>(std::move(values))](std::size_t first,
                                                                                    std::size_t count) {
      const auto begin = kept->begin() + static_cast<std::ptrdiff_t>(first);
      return Column(std::vector<Number>(begin, begin + static_cast<std::ptrdiff_t>(count)));
    };
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] Column read(std::size_t first, std::size_t count) const { return make_(first, count); }

 private:
  std::size_t size_;
  Make make_;
};

/// Calls `use(first, count)` for one stretch of rows or cells after another, each small enough to be in
/// memory.
template <typename Use>
void for_stretches(std::size_t size, const Use& use) {
  constexpr std::size_t kAtOnce = 4096;
  for (std::size_t first = 0; first < size; first += kAtOnce) use(first, std::min(kAtOnce, size - first));
}

}  // namespace hookflow::pipeline
