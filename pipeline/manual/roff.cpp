#include "pipeline/manual/roff.hpp"

namespace hookflow::pipeline::roff {

// Every line end begins a paragraph: what stands on lines of its own stays so.
std::string plain(const std::string& text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (c == '\n') {
      out += line_begins ? "" : "\n.br\n";
      line_begins = true;
      continue;
    }
    if (line_begins && c == ' ') continue;
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    line_begins = false;
    switch (c) {
      case '\\':
        out += "\\e";
        break;
      case '-':
        out += "\\-";
        break;
      case '\'':
        out += "\\(aq";
        break;
      case '`':
        out += "\\(ga";
        break;
      case '^':
        out += "\\(ha";
        break;
      case '~':
        out += "\\(ti";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string bold(const std::string& text) { return "\\fB" + plain(text) + "\\fR"; }

std::string section(const std::string& title) { return ".SH " + title + "\n"; }
std::string subsection(const std::string& title) { return ".SS " + title + "\n"; }

std::string tagged(const std::string& tag, const std::string& text) {
  return ".TP\n" + tag + "\n" + text + "\n";
}

}  // namespace hookflow::pipeline::roff
