// Prompts that are made from a template and lists of texts.
#include <chrono>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "pipeline/error.hpp"
#include "pipeline/prompts/prompts.hpp"

namespace hookflow::pipeline {
namespace {

using Columns = std::map<std::string, std::string>;

Prompts made(const std::string& yaml) { return read_prompts(parse_yaml(yaml, "w.yaml"), {"", "w.yaml"}); }

std::string refused(const std::string& yaml) {
  try {
    made(yaml);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

std::vector<std::string> texts_of(const Prompts& prompts) {
  std::vector<std::string> texts;
  for (const Prompt& prompt : prompts) texts.push_back(prompt.text.value());
  return texts;
}

constexpr const char* kGifts = R"(
template: "When {A} and {B} went to the {place}, {B} gave a gift to"
A: [Sam, Tom, Ann]
B: [Ann, Sam]
place: [park, shop]
columns: {target: " {A}", contrast: " {B}", kind: BABA, year: 1990}
)";

TEST(PromptTemplate, GivesEveryCombinationInOrder) {
  const Prompts prompts = made(kGifts);
  ASSERT_EQ(prompts.size(), 8U) << "of 12, four have the same name twice";
  EXPECT_EQ(prompts[0].id, "p-001");
  EXPECT_EQ(prompts[0].text, "When Sam and Ann went to the park, Ann gave a gift to");
  EXPECT_EQ(prompts[0].columns, (Columns{{"A", "Sam"},
                                         {"B", "Ann"},
                                         {"place", "park"},
                                         {"target", " Sam"},
                                         {"contrast", " Ann"},
                                         {"kind", "BABA"},
                                         {"year", "1990"}}));
  EXPECT_EQ(prompts[0].place, "w.yaml:2");
  EXPECT_EQ(prompts[1].text, "When Sam and Ann went to the shop, Ann gave a gift to");
  EXPECT_EQ(prompts[7].id, "p-008");
  EXPECT_EQ(prompts[7].text, "When Ann and Sam went to the shop, Sam gave a gift to");
}

TEST(PromptTemplate, DrawsSoManyBySeed) {
  const std::string yaml = std::string(kGifts) + "count: 5\nseed: ";
  const std::vector<std::string> drawn = texts_of(made(yaml + "1"));
  EXPECT_EQ(std::set<std::string>(drawn.begin(), drawn.end()).size(), 5U);
  EXPECT_EQ(texts_of(made(yaml + "1")), drawn);
  EXPECT_NE(texts_of(made(yaml + "2")), drawn);
  EXPECT_EQ(texts_of(made(std::string(kGifts) + "count: 5")), texts_of(made(yaml + "0")));
  EXPECT_EQ(made(std::string(kGifts) + "count: 8").size(), 8U);
}

TEST(PromptTemplate, DrawsTheSameOnEveryMachine) {
  EXPECT_EQ(texts_of(made("{template: \"{a}{b}\", a: [x, y, z], b: [x, y, z], count: 4, seed: 7}")),
            (std::vector<std::string>{"xz", "yz", "xy", "yx"}));
}

TEST(PromptTemplate, TakesNumbersAsTheyAreSpelledAndBracesThatAreDoubled) {
  EXPECT_EQ(texts_of(made("{template: \"{{{n}}} and {word}\", n: [1.50, 007], word: [\"null\", no]}")),
            (std::vector<std::string>{"{1.50} and null", "{1.50} and no", "{007} and null", "{007} and no"}));
  EXPECT_EQ(texts_of(made("{template: Hello}")), (std::vector<std::string>{"Hello"}));
}

TEST(PromptTemplate, CallsThemByNumbersOfOneLength) {
  const std::string list =
      "{template: \"{a}{b}{c}\", a: [1,2,3,4,5,6,7,8,9,10], b: [a,b,c,d,e,f,g,h,i,j], c: ";
  EXPECT_EQ(made(list + "[x]}").id(99), "p-100");
  const Prompts thousands = made(list + "[A, B, C, D, E, F, G, H, I, J]}");
  EXPECT_EQ(thousands.id(0), "p-0001");
  EXPECT_EQ(thousands.id(999), "p-1000");
}

TEST(PromptTemplate, RefusesMoreThanThereAreWithBothNumbers) {
  EXPECT_EQ(
      refused(std::string(kGifts) + "count: 9"),
      "w.yaml:7: prompts: 'count' is 9, but the lists have 8 combinations, counting those in which no two "
      "names have the same text");
  EXPECT_EQ(refused("{template: \"{a}{b}\", a: [x], b: [x]}"),
            "w.yaml:1: prompts: the lists have no combination in which no two names have the same text");
  std::string numbers = "0";
  for (int i = 1; i < 101; ++i) numbers += ", " + std::to_string(i);
  EXPECT_EQ(
      refused("{template: \"{a}{b}{c}\", a: [" + numbers + "], b: [" + numbers + "], c: [" + numbers +
              ", x, y]}"),
      "w.yaml:1: prompts: the lists have 1020100 combinations; at most 1000000 can be taken: 'count' draws "
      "so many of them");
}

TEST(PromptTemplate, ListsAllThatIsWrongWithLines) {
  EXPECT_EQ(refused(R"(
template: "{A} and {plce} and {"
A: [Sam, true, ~, [x]]
place: []
B: [x, x]
target: " {A}"
columns:
  A: " {A}"
  answer: " {Place}"
  other: ~
  a/b: x
count: 0
seed: -1
)"),
            "w.yaml:2: prompts: 'template': a '{' is not closed; '{{' stands for a brace\n"
            "w.yaml:3: prompts: the list 'A' holds true; must be texts or numbers; quotes make it text\n"
            "w.yaml:3: prompts: the list 'A' holds null; must be texts or numbers\n"
            "w.yaml:3: prompts: the list 'A' holds [\"x\"]; must be texts or numbers\n"
            "w.yaml:4: prompts: the list 'place' is empty\n"
            "w.yaml:4: prompts: the list 'place' is not used: no text holds {place}\n"
            "w.yaml:5: prompts: the list 'B' holds 'x' twice\n"
            "w.yaml:5: prompts: the list 'B' is not used: no text holds {B}\n"
            "w.yaml:6: prompts: 'target' is not a list of texts; other columns stand under 'columns'\n"
            "w.yaml:8: prompts: column 'A' is there already: it holds what is taken of the list 'A'\n"
            "w.yaml:9: prompts: column 'answer' holds {Place}, but there is no list 'Place' (did you mean "
            "'place'?)\n"
            "w.yaml:10: prompts: column 'other' is null; must be a text\n"
            "w.yaml:11: prompts: column 'a/b' has a slash in its name\n"
            "w.yaml:12: prompts: 'count' is 0: must be a whole number from 1 to 1000000\n"
            "w.yaml:13: prompts: 'seed' is -1: must be a whole number from 0 up");
}

TEST(PromptTemplate, RefusesWhatCannotBeMeant) {
  EXPECT_EQ(refused("{template: [a]}"), "w.yaml:1: prompts: 'template' is [\"a\"]; must be a text");
  EXPECT_EQ(refused("{template: \"\"}"), "w.yaml:1: 'text' is empty");
  EXPECT_EQ(refused("{template: \"{id}\", id: [a]}"),
            "w.yaml:1: prompts: 'id' is the prompt's own; a column must have another name");
  EXPECT_EQ(refused("{template: \"{prompt}\", prompt: [a]}"),
            "w.yaml:1: prompts: a column cannot be called 'prompt'; the prompt itself is 'text' or 'ids'");
  EXPECT_EQ(refused("{template: a, columns: [b]}"),
            "w.yaml:1: prompts: 'columns' must be a map of texts, such as {target: \" {A}\"}");
  EXPECT_EQ(refused("{template: \"{a}\", a: [b], seed: 1}"),
            "w.yaml:1: prompts: 'seed' has no use without 'count': all combinations are taken");
  EXPECT_EQ(refused("{template: \"{a}\", a: [b], file: p.csv}"),
            "w.yaml:1: prompts: 'template' and 'file' exclude each other");
  std::string text;
  std::string lists;
  for (const char name : std::string("abcdefghijklm")) {
    text += std::string("{") + name + "}";
    lists += std::string(", ") + name + ": [" + name + "1]";
  }
  EXPECT_EQ(refused("{template: \"" + text + "\"" + lists + "}"),
            "w.yaml:1: prompts: there are 13 lists; at most 12 can be combined");
}

TEST(PromptTemplate, KeepsAPromptWithoutTextAmongOthersAsABadOne) {
  const Node node = parse_yaml("{template: \"{a}\", a: [x, \"\"]}", "w.yaml");
  const Prompts prompts = read_prompts(node, {"", "w.yaml", BadPrompts::kept});
  ASSERT_EQ(prompts.size(), 2U);
  EXPECT_EQ(prompts.problem(0), "");
  EXPECT_EQ(prompts.problem(1), "'text' is empty");
}

TEST(PromptTemplate, MakesTenThousandAtOnce) {
  std::string numbers = "0";
  for (int i = 1; i < 200; ++i) numbers += ", " + std::to_string(i);
  const std::string yaml = "{template: \"{a} {b} {c}\", a: [" + numbers + "], b: [" + numbers + "], c: [" +
                           numbers + "], count: 10000, seed: 1}";
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(made(yaml).size(), 10'000U);
  EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), 5.0);
}

}  // namespace
}  // namespace hookflow::pipeline
