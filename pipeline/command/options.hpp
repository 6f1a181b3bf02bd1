#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/program_options.hpp>

namespace hookflow::pipeline {

/// What a command says of one of its arguments.
struct Argument {
  std::string name;    // `threads`
  std::string letter;  // `j`; empty: none
  std::string value;   // what is given, as help calls it: `N`, `FILE.h5`, `stages|models`; empty: nothing is
  std::string doc;
  bool repeats = false;
  bool value_may_lack = false;  // it then stands behind an `=`
};

/// What a command says of itself: the same for help, the manual and the shell.
struct CommandPage {
  std::string usage;
  std::string about;
  std::string example;
  std::vector<Argument> options;      // as in `--threads N`
  std::vector<Argument> positionals;  // in order
};

/// A subcommand's options: what Boost.Program_options reads, with our messages. Every command has --help and
/// --plugin.
class Options {
 public:
  /// `usage` is the line after `hookflow`, in which the positional arguments are named; `example` one that
  /// works.
  Options(std::string usage, std::string about, std::string example);

  boost::program_options::options_description_easy_init add() { return described_.add_options(); }
  /// Named positional argument; at most `count` of them, -1 for any number. `value` says what it is, as an
  /// option's value_name does: a file by its ending (`FILE.h5`), one of some words (`stages|models`), or a
  /// name that the program knows (`STAGE`, `MODEL`, ...: pipeline/completion/).
  void positional(const std::string& name, int count, const std::string& doc, const std::string& value);

  /// Reads the arguments and loads the plugins that they name. Returns false when --help was asked for, and
  /// printed, or page_of() asks: the command must then return at once. Throws UsageError with the nearest
  /// option for one that is unknown, and what load_plugins() throws.
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
  template <typename T>
  [[nodiscard]] std::optional<T> find(const std::string& name) const {
    return has(name) ? std::optional<T>(get<T>(name)) : std::nullopt;
  }
  /// A positional that must be there. Throws UsageError with the usage line.
  [[nodiscard]] std::string required(const std::string& name) const;

 private:
  void print_help() const;
  [[nodiscard]] CommandPage page() const;
  /// Throws UsageError with the usage line.
  [[noreturn]] void refuse(const std::string& problem) const;

  std::string usage_;
  std::string about_;
  std::string example_;
  boost::program_options::options_description described_;
  boost::program_options::options_description hidden_;
  std::vector<Argument> positionals_;
  boost::program_options::positional_options_description positional_;
  boost::program_options::variables_map values_;
};

/// What the command that `run` runs declares; it is run only as far as Options::parse().
CommandPage page_of(const std::function<int(const std::vector<std::string>&)>& run);

}  // namespace hookflow::pipeline
