#include "pipeline/command/options.hpp"

#include <algorithm>
#include <iostream>
#include <limits>
#include <memory>

#include "pipeline/error.hpp"
#include "pipeline/plugin/plugins.hpp"
#include "pipeline/terminal/window.hpp"
#include "pipeline/text/columns.hpp"
#include "pipeline/text/nearest.hpp"

namespace hookflow::pipeline {
namespace {

namespace po = boost::program_options;

constexpr const char* kSurplus = "surplus argument";

/// Of a page of help: the window's, up to what is easily read.
std::size_t page_columns() {
  constexpr std::size_t kMost = 100;
  constexpr std::size_t kUsual = 80;
  const Window window = output_window();
  return window.terminal ? std::min(window.columns, kMost) : kUsual;
}

/// Where page_of() wants the page of the command that it runs; else null.
CommandPage*& wanted_page() {
  static CommandPage* page = nullptr;
  return page;
}

Argument argument_of(const po::option_description& option) {
  constexpr auto kLetter = po::command_line_style::allow_dash_for_short;
  const std::string letter = option.canonical_display_name(kLetter);
  std::string value = option.format_parameter();  // with its default: `SECONDS (=1)`, `[=FILE.html(=)]`
  const bool may_lack = value.starts_with("[=");
  if (may_lack) value.erase(0, 2);
  value.erase(std::min(value.find(may_lack ? "(=" : " (="), value.size()));
  return {option.long_name(),   letter.size() == 2 ? letter.substr(1) : "", value,
          option.description(), option.semantic()->is_composing(),          may_lack};
}

}  // namespace

Options::Options(std::string usage, std::string about, std::string example)
    : usage_(std::move(usage)),
      about_(std::move(about)),
      example_(std::move(example)),
      described_("options", static_cast<unsigned>(page_columns())) {
  described_.add_options()("help,h", "print this help and stop")(
      "plugin", po::value<std::vector<std::string>>()->composing()->value_name("FILE.so"),
      "a library with stages of your own; may be repeated");
}

void Options::positional(const std::string& name, int count, const std::string& doc,
                         const std::string& value) {
  if (count == 1) {
    hidden_.add_options()(name.c_str(), po::value<std::string>(), doc.c_str());
  } else {
    hidden_.add_options()(name.c_str(), po::value<std::vector<std::string>>(), doc.c_str());
  }
  positional_.add(name.c_str(), count);
  positionals_.push_back({name, "", value, doc, count != 1});
}

CommandPage Options::page() const {
  CommandPage page{usage_, about_, example_, {}, positionals_};
  for (const auto& option : described_.options()) page.options.push_back(argument_of(*option));
  return page;
}

bool Options::parse(const std::vector<std::string>& arguments) {
  if (CommandPage* wanted = wanted_page()) {
    *wanted = page();
    return false;
  }
  po::options_description all;
  all.add(described_).add(hidden_);
  all.add_options()(kSurplus, po::value<std::vector<std::string>>());
  po::positional_options_description positional = positional_;
  const bool any_number = positional.max_total_count() == std::numeric_limits<unsigned>::max();
  if (!any_number) positional.add(kSurplus, -1);  // so that the message can name what is too much
  try {
    // No guessing: an abbreviation that works today may be ambiguous tomorrow.
    const int style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
    po::store(po::command_line_parser(arguments).options(all).positional(positional).style(style).run(),
              values_);
    po::notify(values_);
  } catch (const po::unknown_option& error) {
    std::vector<std::string> names;
    for (const auto& option : described_.options()) names.push_back("--" + option->long_name());
    refuse(error.what() + suggestion(error.get_option_name(), names));
  } catch (const po::error& error) {
    refuse(error.what());
  }
  if (has(kSurplus))
    refuse("'" + get<std::vector<std::string>>(kSurplus).front() + "' is one argument too many");
  if (has("help")) {
    print_help();
    return false;
  }
  load_plugins(get_or("plugin", std::vector<std::string>()), {}, "--plugin");
  return true;
}

void Options::print_help() const {
  std::cout << "example: hookflow " << example_ << "\nusage:   hookflow " << usage_ << "\n\n"
            << wrapped(about_, page_columns(), 0) << "\n\n"
            << described_;
}

std::string Options::required(const std::string& name) const {
  if (!has(name)) refuse("the argument " + name + " is missing");
  return get<std::string>(name);
}

void Options::refuse(const std::string& problem) const {
  throw UsageError(problem + "\nusage: hookflow " + usage_);
}

CommandPage page_of(const std::function<int(const std::vector<std::string>&)>& run) {
  CommandPage page;
  wanted_page() = &page;
  const std::unique_ptr<CommandPage*, void (*)(CommandPage**)> reset(
      &wanted_page(), [](CommandPage** wanted) { *wanted = nullptr; });
  run({});
  return page;
}

}  // namespace hookflow::pipeline
