#pragma once
#include <cstddef>
#include <string>
#include <utility>

#include "model/error.hpp"
#include "pipeline/error.hpp"
#include "pipeline/yaml/param.hpp"

// The model's errors as the pipeline knows them: wherever a stage calls the model with what a user gave.
namespace hookflow::stages {

/// What the error says, with the nearest name where it does not know one.
std::string message_of(const ModelError& error);

/// Runs an action on the model or its files. Throws pipeline::InputError for what the model refuses.
template <typename Action>
decltype(auto) translate_errors(Action&& action) {
  try {
    return std::forward<Action>(action)();
  } catch (const ModelError& error) {
    throw pipeline::InputError(message_of(error));
  }
}

/// Runs an action on the value of a parameter. Throws its ParamError for what the model refuses; `about`
/// comes first in the message.
template <typename Action>
decltype(auto) translate_param_errors(const std::string& param, Action&& action,
                                      const std::string& about = {}) {
  try {
    return std::forward<Action>(action)();
  } catch (const ModelError& error) {
    throw pipeline::ParamError(param, about + message_of(error));
  }
}

/// Runs an action on a value that is being read and stands at a line. Throws pipeline::ParamError for what
/// the model refuses; `about` comes first in the message.
template <typename Action>
decltype(auto) translate_value_errors(std::size_t line, Action&& action, const std::string& about = {}) {
  try {
    return std::forward<Action>(action)();
  } catch (const ModelError& error) {
    throw pipeline::ParamError(about + message_of(error), line);
  }
}

}  // namespace hookflow::stages
