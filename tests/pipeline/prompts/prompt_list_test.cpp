#include "pipeline/prompts/prompt_list.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace {

using namespace hookflow::pipeline;
using Ids = std::vector<std::int64_t>;

Prompts of(const std::vector<Prompt>& rows) {
  Prompts::Builder prompts({"p.jsonl", ":"});
  for (std::size_t i = 0; i < rows.size(); ++i) prompts.add(rows[i], i + 1);
  return prompts.take();
}

TEST(KeptPrompts, GivesBackWhatItWasGiven) {
  const std::string text = "a \"quoted\" \\ line\n\ttab \x01 東京 🙂 \x7f";
  const Prompts prompts = of({{"berlin", text, {}, {{"target", " Germany"}, {"year", "1.50"}, {"e", ""}}, ""},
                              {"køln", {}, Ids{0, 50256, 9223372036854775807}, {{"a\"b", text}}, ""}});
  ASSERT_EQ(prompts.size(), 2U);
  const Prompt first = prompts[0];
  EXPECT_EQ(first.id, "berlin");
  EXPECT_EQ(first.text, text);
  EXPECT_FALSE(first.ids);
  EXPECT_EQ(first.columns, (decltype(first.columns){{"target", " Germany"}, {"year", "1.50"}, {"e", ""}}));
  EXPECT_EQ(first.place, "p.jsonl:1");
  const Prompt second = prompts[1];
  EXPECT_EQ(second.id, "køln");
  EXPECT_FALSE(second.text);
  EXPECT_EQ(second.ids, (Ids{0, 50256, 9223372036854775807}));
  EXPECT_EQ(second.columns, (decltype(second.columns){{"a\"b", text}}));
  EXPECT_EQ(second.place, "p.jsonl:2");
}

TEST(KeptPrompts, LinesAreTheirJson) {
  const Prompts prompts = of({{"a", "x", {}, {{"target", "y"}}, ""}, {"b", {}, Ids{1, 2}, {}, ""}});
  EXPECT_EQ(prompts.json(0), R"({"id":"a","text":"x","target":"y"})");
  EXPECT_EQ(prompts.json(1), R"({"id":"b","ids":[1,2]})");
  EXPECT_EQ(prompts.json(1), to_json(prompts[1]));
  EXPECT_EQ(prompts.json_lines(), std::string(prompts.json(0)) + "\n" + std::string(prompts.json(1)) + "\n");
  EXPECT_EQ(prompts.id(1), "b");
}

TEST(KeptPrompts, AnIdIsReadWithItsQuotesAndBackslashes) {
  for (const char* id : {"a\"b", "ends with \\", "\\\"", "\"", "東京 \\u0041"}) {
    const Prompts prompts = of({{id, "text with \"id\": \"x\"", {}, {}, ""}});
    EXPECT_EQ(prompts.id(0), id);
    EXPECT_EQ(prompts[0].id, id);
    EXPECT_EQ(prompts[0].text, "text with \"id\": \"x\"");
  }
}

TEST(KeptPrompts, IsWalkedInOrder) {
  std::string ids;
  for (const Prompt& prompt : of({{"a", "x", {}, {}, ""}, {"b", "y", {}, {}, ""}})) ids += prompt.id;
  EXPECT_EQ(ids, "ab");
  EXPECT_TRUE(Prompts().empty());
  EXPECT_TRUE(Prompts().begin() == Prompts().end());
  EXPECT_THROW(static_cast<void>(of({})[0]), std::out_of_range);
}

TEST(KeptPrompts, PlaceWithoutANumberIsTheSource) {
  Prompts::Builder prompts({"w.yaml", ":"});
  prompts.add({"a", "x", {}, {}, ""}, PromptPlaces::kNone);
  EXPECT_EQ(prompts.place(0), "w.yaml");
  EXPECT_EQ(prompts.take()[0].place, "w.yaml");
}

TEST(KeptPrompts, CopiesShareIt) {
  const Prompts prompts = of({{"a", "x", {}, {}, ""}});
  const Prompts copy = prompts;  // NOLINT(performance-unnecessary-copy-initialization)
  EXPECT_EQ(copy.json(0).data(), prompts.json(0).data());
}

TEST(KeptPrompts, TakesLittleMoreThanItsText) {
  Prompts::Builder builder({"p.jsonl", ":"});
  constexpr std::size_t kPrompts = 10000;
  for (std::size_t i = 0; i < kPrompts; ++i)
    builder.add({std::to_string(i), {}, Ids{1, 22, 333, 4444, 5, 66}, {{"target", "77"}}, "a long place"}, i);
  const Prompts prompts = builder.take();
  const std::size_t with_places_and_ends = prompts.json_lines().size() + kPrompts * 12;
  EXPECT_LE(prompts.bytes(), with_places_and_ends + 64);
}

}  // namespace
