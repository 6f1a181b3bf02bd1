#include "pipeline/yaml/node.hpp"

#include <random>
#include <stdexcept>

#include <gtest/gtest.h>

#include "pipeline/error.hpp"

namespace {

using namespace hookflow::pipeline;
using Kind = Node::Kind;

// The message that `text` is refused with; empty when it is read.
std::string refusal(std::string_view text) {
  try {
    parse_yaml(text, "w.yaml");
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

std::string value_refusal(std::string_view text) {
  try {
    parse_yaml_value(text);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

std::string json(std::string_view text) { return to_json(parse_yaml(text, "w.yaml")); }

TEST(Yaml, ReadsMapsListsAndScalarsInFileOrder) {
  EXPECT_EQ(json("b: 1\na: {x: [one, 2.5], y: }\nc:\n- d: true\n  e: |\n    two\n    lines\n"),
            R"({"b":1,"a":{"x":["one",2.5],"y":null},"c":[{"d":true,"e":"two\nlines\n"}]})");
}

TEST(Yaml, TellsQuotedFromPlain) {
  const Node node = parse_yaml("a: 5\nb: '5'\nc: \" Germany\"\nd: \"\"\ne: |\n  5\n", "w.yaml");
  EXPECT_FALSE(node.find("a")->quoted);
  EXPECT_TRUE(node.find("b")->quoted);
  EXPECT_EQ(node.find("c")->text, " Germany");
  EXPECT_TRUE(node.find("d")->quoted);
  EXPECT_EQ(node.find("d")->kind, Kind::scalar);
  EXPECT_TRUE(node.find("e")->quoted);
  EXPECT_EQ(to_json(node), R"({"a":5,"b":"5","c":" Germany","d":"","e":"5\n"})");
}

TEST(Yaml, KeepsWordsThatOlderYamlTakesForBooleans) {
  EXPECT_EQ(json("[no, on, yes, True, FALSE, y, true, false]"),
            R"(["no","on","yes","True","FALSE","y",true,false])");
  EXPECT_EQ(json("[null, ~, 'null', \"~\"]"), R"([null,null,"null","~"])");
}

TEST(Yaml, CountsLinesFromOneAndGivesEntriesTheirKeysLine) {
  const Node node =
      parse_yaml("a: 1\n# note\nb:\n  c: x\n  d:\n    - p\n    - {q: 1,\n       r: 2}\n", "w.yaml");
  EXPECT_EQ(node.line, 1U);
  EXPECT_EQ(node.find("a")->line, 1U);
  const Node& b = *node.find("b");
  EXPECT_EQ(b.line, 3U);
  EXPECT_EQ(b.find("c")->line, 4U);
  EXPECT_EQ(b.find("d")->line, 5U);
  EXPECT_EQ(b.find("d")->items[0].line, 6U);
  EXPECT_EQ(b.find("d")->items[1].line, 7U);
  EXPECT_EQ(b.find("d")->items[1].find("r")->line, 8U);
}

TEST(Yaml, GivesEmptyListItemsTheirOwnLine) {
  const Node node = parse_yaml("-\n# note\n\n- b\n- ~\n-\n  null\n-\n", "w.yaml");
  ASSERT_EQ(node.items.size(), 5U);
  EXPECT_EQ(node.items[0].line, 1U);
  EXPECT_EQ(node.items[1].line, 4U);
  EXPECT_EQ(node.items[2].line, 5U);
  EXPECT_EQ(node.items[3].line, 7U);
  EXPECT_EQ(node.items[4].line, 8U);
}

TEST(Yaml, ReadsByteOrderMarkAndWindowsLineEnds) {
  EXPECT_EQ(json("\xEF\xBB\xBF"
                 "a: 1\r\nb: x\r\n"),
            R"({"a":1,"b":"x"})");
}

TEST(Yaml, ReadsJsonsEscapesOfCharactersInTwoHalves) {
  EXPECT_EQ(json(R"({"a": "x \ud83d\ude00\uD83E\uDD8A y", "\ud83d\ude00": ["\\ud83d"]})"),
            "{\"a\":\"x 😀🦊 y\",\"😀\":[\"\\\\ud83d\"]}");
  EXPECT_EQ(json("a: \"\\ud83d\\ude00\"\nb: '\\ud83d'\nc: it's \\ud83d\nd: |\n  \"\\ud83d\n"),
            R"({"a":"😀","b":"\\ud83d","c":"it's \\ud83d","d":"\"\\ud83d\n"})");
  EXPECT_EQ(json("# \\ud83d\r\n- \"a\r\n\r\n  \\ud83d\\ude00\"\r\n- 1\r\n"), "[\"a\\n😀\",1]");
  EXPECT_EQ(to_json(parse_yaml_value(R"("\ud83d\ude00")")), "\"😀\"");
}

TEST(Yaml, RefusesHalvesOfCharactersWithTheirLine) {
  const std::string rule = " is half of a character (a surrogate); its other half must be next to it";
  EXPECT_EQ(refusal("a: 1\nb: [\"\\ud83d\", \"\\uDE00 x\",\n  \"\\ude00\\ud83d\"]\n"),
            "w.yaml:2: '\\ud83d'" + rule + "\nw.yaml:2: '\\uDE00'" + rule + "\nw.yaml:3: '\\ude00'" + rule +
                "\nw.yaml:3: '\\ud83d'" + rule);
  EXPECT_EQ(value_refusal(R"("\ud83dx")"), R"(value '"\ud83dx"': '\ud83d')" + rule);
}

TEST(Yaml, RefusesKeysGivenTwice) {
  EXPECT_EQ(refusal("a: 1\nb: 2\na: 3\nc: {x: 1, x: 2}\n"),
            "w.yaml:3: key 'a' is given twice, first on line 1\n"
            "w.yaml:4: key 'x' is given twice, first on line 4");
}

TEST(Yaml, RefusesAnchorsAliasesMergeKeysAndTags) {
  EXPECT_EQ(refusal("a: &x 1\nb: *x\n"), "w.yaml:1: anchor '&x': anchors and aliases are not supported");
  EXPECT_EQ(refusal("a: 1\nb: *x\n"), "w.yaml:2: not YAML: the referenced anchor is not defined");
  EXPECT_EQ(refusal("a:\n  <<: {b: 1}\n"), "w.yaml:2: merge keys (<<) are not supported");
  EXPECT_EQ(
      refusal("a: !!str 5\nb: !mine {c: 1}\nd: !!python/object []"),
      "w.yaml:1: tag '!!str': tags are not supported; to make a value text, put it in quotes\nw.yaml:2: tag "
      "'!mine': tags are not supported; to make a value text, put it in quotes\nw.yaml:3: tag "
      "'!!python/object': tags are not supported; to make a value text, put it in quotes");
}

TEST(Yaml, RefusesKeysThatAreNoText) {
  EXPECT_EQ(refusal("a: 1\n? [b]\n: 2\n"), "w.yaml:2: a key must be text, not a list or a map");
  EXPECT_EQ(refusal("a: 1\n: 2\n~: 3\n"),
            "w.yaml:2: a key is missing, or null\nw.yaml:3: a key is missing, or null");
}

TEST(Yaml, RefusesMoreThanOneDocument) {
  EXPECT_EQ(refusal("a: 1\n---\nb: 2\n"), "w.yaml:2: a second document starts here; only one is read");
  EXPECT_EQ(refusal("- a\nb: c\n"), "w.yaml:2: not YAML: this text does not belong to the value before it");
  EXPECT_EQ(refusal("---\na: 1\n...\n"), "");
}

TEST(Yaml, RefusesEmptyFiles) {
  for (const char* text : {"", " \n\n", "# only a comment\n", "---\n...\n", "~\n", "\xEF\xBB\xBF"}) {
    EXPECT_EQ(refusal(text), "w.yaml:1: the file is empty") << text;
  }
}

TEST(Yaml, RefusesBrokenYamlWithItsLine) {
  EXPECT_EQ(refusal("a: 1\nb: [1, 2\n"),
            "w.yaml:2: not YAML: end of sequence flow not found; text that holds [ ] { } , : # or * must be "
            "in quotes");
  EXPECT_EQ(refusal("a: 1\nb: c: d\n"), "w.yaml:2: not YAML: illegal map value");
  EXPECT_EQ(refusal("a:\n\tb: 1\n"),
            "w.yaml:2: not YAML: illegal map value (YAML is indented by spaces, not tabs)");
}

TEST(Yaml, RefusesBytesThatAreNoText) {
  EXPECT_EQ(refusal("a: 1\nb: \xFF\n"), "w.yaml:2: the text is not UTF-8");
  EXPECT_EQ(refusal("a: \xED\xA0\x80"), "w.yaml:1: the text is not UTF-8");  // a surrogate
  EXPECT_EQ(refusal("a: \xC0\xAF"), "w.yaml:1: the text is not UTF-8");      // an overlong form
  EXPECT_EQ(refusal("a: \xF0\x9F\x98"), "w.yaml:1: the text is not UTF-8");  // cut short
  EXPECT_EQ(refusal(std::string_view("a: 1\nb: \0x", 10)),
            "w.yaml:2: the text holds control character 0 (NUL)");
  EXPECT_EQ(refusal("a: 1\x04\nb: 2"),
            "w.yaml:1: the text holds control character 4; write it as an escape between double quotes");
  EXPECT_EQ(refusal("a: 1\nb: \"x\\0\""), "w.yaml:2: text holds a NUL character");
}

TEST(Yaml, RefusesDeepNesting) {
  EXPECT_EQ(refusal(std::string(64, '[') + std::string(64, ']')), "");
  EXPECT_EQ(refusal("\n" + std::string(65, '[') + std::string(65, ']')),
            "w.yaml:2: lists and maps are nested deeper than 64");
  EXPECT_NE(refusal(std::string(100'000, '[')), "");
}

// Whatever the bytes are, they are read or refused with a line.
TEST(Yaml, ReadsOrRefusesAnyBytes) {
  const std::string whole =
      "workflow: w  # note\nprompts:\n- {id: a, text: \"x\\n\\u00e9\"}\n- ids: [1, 2]\nabout: |\n  lines\n  "
      "more\n"
      "stages: {a: {stage: b, in: [c, 'd']}}\n? k\n: v\n";
  const std::string bytes = "{}[]:,-?&*!|>%@`\"'#~ \n\t\\<0x\x7F\x80\xC3\xFF";
  std::mt19937 random(11);
  int read = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string text = whole;
    for (std::size_t edits = 1 + random() % 4; edits > 0; --edits) {
      const std::size_t at = random() % text.size();
      if (random() % 3 == 0) {
        text.erase(at, 1 + random() % 9);
      } else {
        text.insert(at, 1, bytes[random() % bytes.size()]);
      }
    }
    const std::string message = refusal(text);
    read += message.empty() ? 1 : 0;
    ASSERT_TRUE(message.empty() || message.starts_with("w.yaml:")) << text;
  }
  EXPECT_GT(read, 100);
  EXPECT_LT(read, 3900);
}

TEST(YamlValue, ReadsOneValueWithoutLines) {
  const Node node = parse_yaml_value("[1, {mean: head}]");
  EXPECT_EQ(to_json(node), R"([1,{"mean":"head"}])");
  EXPECT_EQ(node.line, 0U);
  EXPECT_EQ(node.items[1].find("mean")->line, 0U);
  EXPECT_EQ(parse_yaml_value("null").kind, Kind::null);
}

TEST(YamlValue, RefusesWithTheValue) {
  EXPECT_EQ(value_refusal("[1, 2"),
            "value '[1, 2': not YAML: end of sequence flow not found; text that holds [ ] { } , : # or * "
            "must be in quotes");
  EXPECT_EQ(value_refusal(""), "value '': nothing is given; write null or \"\"");
  EXPECT_EQ(value_refusal("{a: 1, a: 2}"), "value '{a: 1, a: 2}': key 'a' is given twice");
}

TEST(Node, FindsAndAddsEntries) {
  Node node;
  node["a"]["b"] = Node::scalar("1");
  node["c"] = Node::list({Node::scalar("1", true), Node{}});
  EXPECT_EQ(to_json(node), R"({"a":{"b":1},"c":["1",null]})");
  node["a"]["b"].text = "2";
  EXPECT_EQ(node.find("a")->find("b")->text, "2");
  EXPECT_EQ(node.find("d"), nullptr);
  EXPECT_THROW(node["c"]["d"], std::logic_error);
  EXPECT_EQ(to_json(Node::map({{"k", Node::scalar("v")}})), R"({"k":"v"})");
}

TEST(Json, KeepsNumbersAsTheyStandAndMakesOthersStrings) {
  EXPECT_EQ(json("[5, -0.50, 1e-3, 1E+5, 12345678901234567890123, 0]"),
            "[5,-0.50,1e-3,1E+5,12345678901234567890123,0]");
  EXPECT_EQ(json("[.5, 0x10, 1_000, 0o7, +5, 1., 01, -, 1e, .inf, .nan, 1:30, 2024-01-01]"),
            R"([".5","0x10","1_000","0o7","+5","1.","01","-","1e",".inf",".nan","1:30","2024-01-01"])");
}

TEST(Json, EscapesStrings) {
  EXPECT_EQ(json(R"(["a\"b\\c", "\n\t\x01", "Zürich 🦊"])"), R"(["a\"b\\c","\n\t\u0001","Zürich 🦊"])");
}

// A run file keeps its workflow as JSON, which is read back as YAML: any node built from awkward pieces comes
// back with the same JSON.
TEST(Json, IsReadBackAsItself) {
  const std::vector<std::string> pieces = {
      "a",    " ",  "-",  "- ", ":", ": ",   "#",  " #",  ",",   "[", "]",    "{",    "}",        "'", "\"",
      "\\",   "\n", "\t", "\r", "?", "&",    "*",  "!",   "%",   "@", "`",    "|",    ">",        "~", "null",
      "true", "5",  "0x", ".5", "é", "🦊", "<<", "---", "...", "=", "\x01", "\x7F", "\xC2\x85", "e", "."};
  std::mt19937 random(7);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const auto make_text = [&] {
    std::string text;
    for (std::size_t i = below(5); i > 0; --i) text += pieces[below(pieces.size())];
    return text;
  };
  const auto make = [&](const auto& self, int depth) -> Node {
    Node node;
    const std::size_t kind = depth == 0 ? 2 : below(7);
    if (kind == 0) {
      node = Node::list({});
      for (std::size_t i = below(4); i > 0; --i) node.items.push_back(self(self, depth - 1));
    } else if (kind == 1) {
      node = Node::map({});
      for (std::size_t i = below(4); i > 0; --i) node[make_text()] = self(self, depth - 1);
    } else if (kind > 2) {
      node = Node::scalar(make_text(), below(2) == 0);
    }
    return node;
  };
  for (int i = 0; i < 3000; ++i) {
    const Node node = Node::list({make(make, 4)});
    const std::string stored = to_json(node);
    ASSERT_EQ(refusal(stored), "") << stored;
    ASSERT_EQ(to_json(parse_yaml(stored, "w.yaml")), stored);
  }
}

}  // namespace
