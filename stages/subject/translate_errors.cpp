#include "stages/subject/translate_errors.hpp"

#include "pipeline/text/nearest.hpp"

namespace hookflow::stages {

std::string message_of(const ModelError& error) {
  const auto* unknown = dynamic_cast<const UnknownName*>(&error);
  if (unknown == nullptr) return error.what();
  return unknown->problem + pipeline::suggestion(unknown->name, unknown->known) + unknown->rest;
}

}  // namespace hookflow::stages
