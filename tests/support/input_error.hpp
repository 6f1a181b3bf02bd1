#pragma once
#include <initializer_list>
#include <string>

#include <gtest/gtest.h>

#include "model/error.hpp"

namespace hookflow::test {

/// The message with which an action is refused; a test failure, and empty, when it is not.
template <typename Action>
std::string input_error(Action&& action) {
  try {
    action();
  } catch (const ModelError& error) {
    return error.what();
  }
  ADD_FAILURE() << "was not refused";
  return {};
}

/// Whether a message names all of these: the place, the value, the rule.
inline testing::AssertionResult names(const std::string& message, std::initializer_list<std::string> parts) {
  for (const std::string& part : parts)
    if (message.find(part) == message.npos)
      return testing::AssertionFailure() << "no '" << part << "' in: " << message;
  return testing::AssertionSuccess();
}

}  // namespace hookflow::test
