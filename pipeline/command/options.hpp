#pragma once
#include <string>
#include <vector>

#include <boost/program_options.hpp>

namespace hookflow::pipeline {

/// A subcommand's options: what Boost.Program_options reads, with our messages. Every command has --help and
/// --plugin.
class Options {
 public:
  /// `usage` is the line after `hookflow`, in which the positional arguments are named; `example` one that
  /// works.
  Options(std::string usage, std::string about, std::string example);

  boost::program_options::options_description_easy_init add() { return described_.add_options(); }
  /// Named positional argument; at most `count` of them, -1 for any number.
  void positional(const std::string& name, int count, const std::string& doc);

  /// Reads the arguments and loads the plugins that they name. Returns false when --help was asked for, and
  /// printed. Throws UsageError with the nearest option for one that is unknown, and what load_plugins()
  /// throws.
  bool parse(const std::vector<std::string>& arguments);

  [[nodiscard]] bool has(const std::string& name) const { return values_.count(name) > 0; }
  template <typename T>
  [[nodiscard]] T get(const std::string& name) const {
    return values_[name].as<T>();
  }
  template <typename T>
  [[nodiscard]] T get_or(const std::string& name, T otherwise) const {
    return has(name) ? get<T>(name) : otherwise;
  }
  /// A positional that must be there. Throws UsageError with the usage line.
  [[nodiscard]] std::string required(const std::string& name) const;

 private:
  void print_help() const;
  /// Throws UsageError with the usage line.
  [[noreturn]] void refuse(const std::string& problem) const;

  std::string usage_;
  std::string about_;
  std::string example_;
  boost::program_options::options_description described_;
  boost::program_options::options_description hidden_;
  boost::program_options::positional_options_description positional_;
  boost::program_options::variables_map values_;
};

}  // namespace hookflow::pipeline
