#include "model/architecture/token_id.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "tests/support/input_error.hpp"

namespace hookflow {
namespace {

TEST(TokenId, IsOneOfTheModelsVocabulary) {
  Config config;
  config.vocabulary = 10;
  EXPECT_EQ(token_id(0, config), 0);
  EXPECT_EQ(token_id(9, config), 9);
  for (const std::int64_t id :
       {std::int64_t{10}, std::int64_t{-1}, std::int64_t{1} << 32, std::numeric_limits<std::int64_t>::max()})
    EXPECT_EQ(test::input_error([&] { token_id(id, config); }),
              "token id " + std::to_string(id) + " is not in the model's vocabulary, 0 to 9");
}

}  // namespace
}  // namespace hookflow
