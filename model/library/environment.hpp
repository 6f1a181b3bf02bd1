#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace hookflow {

/// None for a variable that is not set or empty, as the Hugging Face hub's own client takes it.
std::optional<std::string> environment(const std::string& name);

/// A path that starts with ~ or ~USER with that user's home directory instead, as Python's
/// os.path.expanduser; as it stands for a user who is not known.
std::string expand_user(std::string_view path);

/// A path with the values of $NAME and ${NAME} instead of them, as Python's os.path.expandvars; variables
/// that are not set stay as they stand.
std::string expand_variables(std::string_view path);

}  // namespace hookflow
