#include "pipeline/report/page/html.hpp"

#include <stdexcept>

#include "pipeline/text/utf8.hpp"

namespace hookflow::pipeline {

std::string escaped(std::string_view text) {
  std::string html;
  for (const char byte : spell_bytes(text)) {
    switch (byte) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += byte;
    }
  }
  return html;
}

std::string filled_page(std::string_view page,
                        const std::map<std::string, std::string, std::less<>>& values) {
  std::string filled;
  while (!page.empty()) {
    const std::size_t open = page.find("{{");
    filled += page.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = page.find("}}", open);
    const auto value = values.find(page.substr(open + 2, close - open - 2));
    if (close == std::string_view::npos || value == values.end())
      throw std::logic_error("the page asks for what nothing fills: " + std::string(page.substr(open, 40)));
    filled += value->second;
    page.remove_prefix(close + 2);
  }
  return filled;
}

}  // namespace hookflow::pipeline
