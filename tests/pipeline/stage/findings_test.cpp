#include "pipeline/stage/findings.hpp"

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

TEST(Findings, KeepOneOfWarningsThatSayTheSame) {
  Findings findings;
  const Warning first = {"a", "p", "kind", "text"};
  const Warning third = {"b", "p", "kind", "other"};
  const Warning fourth = {"b", "q", "kind", "text"};
  for (const Warning& warning : {first, Warning{"b", "p", "kind", "text"}, third, fourth, first})
    findings.warn(warning);
  EXPECT_EQ(findings.take_warnings(), (std::vector<Warning>{first, third, fourth}));
  EXPECT_TRUE(findings.take_warnings().empty());
}

TEST(Findings, KeepSoManyOfAKindAndCountTheRest) {
  Findings findings;
  for (std::size_t i = 0; i < Findings::kMostOfAKind + 7; ++i)
    findings.warn({"a", std::to_string(i), "kind", "text"});
  const std::vector<Warning> kept = findings.take_warnings();
  ASSERT_EQ(kept.size(), Findings::kMostOfAKind + 1);
  EXPECT_EQ(kept.back().text, "and 7 more of this kind");
  ASSERT_EQ(kinds_of(kept).size(), 1U);
  EXPECT_EQ(kinds_of(kept)[0].count, Findings::kMostOfAKind + 7);
}

TEST(Findings, KeepAReasonOnceAndBeginWithThePromptsThatWereBadWhenRead) {
  Prompts::Builder builder({"p.jsonl", ":"});
  builder.add({"a", "text", {}, {}, ""}, 1);
  builder.add({"b", {}, {}, {}, "", {}, "not JSON"}, 2);
  const Prompts prompts = builder.take();
  Findings findings(prompts);
  EXPECT_TRUE(findings.is_refused(1));
  findings.refuse({0, "one", "tokens", "is none"});
  findings.refuse({0, "two", "tokens", "is none"});
  findings.refuse({0, "two", "positions", "is short"});
  EXPECT_EQ(findings.refused_prompts(), 2U);
  EXPECT_EQ(refusals_text(findings.refused(), prompts, " "),
            " p.jsonl:2: not JSON\n p.jsonl:1: prompt 'a': is none\n p.jsonl:1: prompt 'a': is short");
}

TEST(Findings, TellAReasonOfManyPromptsWithTheirNumber) {
  Prompts::Builder builder({"p.jsonl", ":"});
  for (const char* id : {"a", "b", "c", "d", "e", "f", "g", "h"}) builder.add({id, "text", {}, {}, ""}, 1);
  const Prompts prompts = builder.take();
  Findings findings(prompts);
  for (std::size_t prompt = 0; prompt < 8; ++prompt)
    findings.refuse({prompt, "one", "tokens", prompt == 7 ? "is long" : "is none"});
  const std::string text = refusals_text(findings.refused(), prompts, "");
  EXPECT_TRUE(text.ends_with("prompt 'f': is none, as of 1 more prompt\np.jsonl:1: prompt 'h': is long"))
      << text;
  EXPECT_EQ(text.find("'g'"), std::string::npos);
}

}  // namespace
}  // namespace hookflow::pipeline
