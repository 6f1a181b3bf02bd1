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

/// Runs an action on a parameter's value. Throws pipeline::ParamError for what the model refuses; `place`
/// comes first in its message.
template <typename Action>
decltype(auto) translate_param_errors(const std::string& place, Action&& action, std::size_t line = 0) {
  try {
    return std::forward<Action>(action)();
  } catch (const ModelError& error) {
    throw pipeline::ParamError(place + message_of(error), line);
  }
}

}  // namespace hookflow::stages
