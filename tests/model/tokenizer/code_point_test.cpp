#include <gtest/gtest.h>

#include "model/tokenizer/utf8.hpp"
#include "tests/support/utf8_table.hpp"

namespace hookflow {
namespace {

TEST(FirstCodePoint, IsThatOfTheTableForEveryTextAtItsBounds) {
  testing_support::for_utf8_texts([](const std::string& text) {
    const std::size_t length = testing_support::utf8_length(text);
    const std::optional<CodePoint> point = first_code_point(text);
    ASSERT_EQ(point ? point->length : 0, length);
  });
}

std::string encoded(char32_t value) {
  const auto byte = [](char32_t bits) { return static_cast<char>(static_cast<unsigned char>(bits)); };
  const auto tail = [&](unsigned shift) { return byte(0x80U | ((value >> shift) & 0x3FU)); };
  if (value < 0x80) return {byte(value)};
  if (value < 0x800) return {byte(0xC0U | (value >> 6U)), tail(0)};
  if (value < 0x10000) return {byte(0xE0U | (value >> 12U)), tail(6), tail(0)};
  return {byte(0xF0U | (value >> 18U)), tail(12), tail(6), tail(0)};
}

TEST(FirstCodePoint, IsReadOfEveryOneThatThereIs) {
  for (char32_t value = 0; value <= 0x10FFFF; ++value) {
    if (value >= 0xD800 && value <= 0xDFFF) continue;
    const std::string text = encoded(value) + "\xE6";
    const std::optional<CodePoint> point = first_code_point(text);
    ASSERT_TRUE(point) << static_cast<std::uint32_t>(value);
    ASSERT_EQ(point->value, value);
    ASSERT_EQ(point->length, text.size() - 1);
  }
}

}  // namespace
}  // namespace hookflow
