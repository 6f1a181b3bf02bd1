#include "pipeline/prompts/prompts.hpp"

#include <chrono>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "pipeline/error.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

using namespace hookflow::pipeline;
using hookflow::TemporaryFolder;
using Columns = std::map<std::string, std::string>;
using Ids = std::vector<std::int64_t>;

Prompts read_inline(std::string_view yaml) {
  return read_prompts(parse_yaml(yaml, "w.yaml"), {"", "w.yaml"});
}

// The message that prompts in a workflow are refused with; empty when they are read.
std::string refusal(std::string_view yaml) {
  try {
    read_inline(yaml);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

// Reads `bytes` as a file of that name; `more` are further keys beside `file`.
Prompts read_file(const std::string& name, std::string_view bytes, const std::string& more = "") {
  const TemporaryFolder folder;
  folder.write(name, bytes);
  return read_prompts(parse_yaml("{file: " + name + more + "}", "w.yaml"), {folder.path(), "w.yaml"});
}

// The message that a file is refused with, without the folder; empty when it is read.
std::string file_refusal(const std::string& name, std::string_view bytes) {
  const TemporaryFolder folder;
  folder.write(name, bytes);
  try {
    read_prompts(parse_yaml("{file: " + name + "}", "w.yaml"), {folder.path(), "w.yaml"});
  } catch (const InputError& error) {
    std::string message = error.what();
    const std::string before = folder.path().string() + "/";
    for (std::size_t at = message.find(before); at != std::string::npos; at = message.find(before)) {
      message.erase(at, before.size());
    }
    return message;
  }
  return "";
}

TEST(PromptList, ReadsTextIdsAndColumns) {
  const auto prompts = read_inline(
      "- {id: berlin, text: \"Berlin is in\", target: \" Germany\", year: 1990}\n"
      "- ids: [0, 50256]\n"
      "  answer: no\n"
      "- {id: 07, text: on, empty: \"\"}\n");
  ASSERT_EQ(prompts.size(), 3U);
  EXPECT_EQ(prompts[0].id, "berlin");
  EXPECT_EQ(prompts[0].text, "Berlin is in");
  EXPECT_FALSE(prompts[0].ids);
  EXPECT_EQ(prompts[0].columns, (Columns{{"target", " Germany"}, {"year", "1990"}}));
  EXPECT_EQ(prompts[0].place, "w.yaml:1");
  EXPECT_EQ(prompts[1].id, "1");
  EXPECT_FALSE(prompts[1].text);
  EXPECT_EQ(prompts[1].ids, (Ids{0, 50256}));
  EXPECT_EQ(prompts[1].columns, (Columns{{"answer", "no"}}));
  EXPECT_EQ(prompts[2].id, "07");
  EXPECT_EQ(prompts[2].text, "on");
  EXPECT_EQ(prompts[2].columns, (Columns{{"empty", ""}}));
  EXPECT_EQ(prompts[2].place, "w.yaml:4");
}

TEST(PromptList, RefusesWhatIsNoListOfPrompts) {
  EXPECT_EQ(
      refusal("berlin"),
      "w.yaml:1: prompts: must be a list of prompts or a map with 'file', 'random_tokens' or 'template'");
  EXPECT_EQ(refusal("[]"), "w.yaml:1: prompts: the list is empty");
  EXPECT_EQ(refusal("- {text: a}\n- Berlin is in\n"),
            "w.yaml:2: a prompt must be a map such as {id: berlin, text: \"Berlin is in\"}");
}

TEST(PromptList, RefusesBothOrNeitherOfTextAndIds) {
  EXPECT_EQ(refusal("- {text: a, ids: [1]}"),
            "w.yaml:1: both 'text' and 'ids' are given; must be only one of the two");
  EXPECT_EQ(refusal("- {id: a, year: 1990}"),
            "w.yaml:1: neither 'text' nor 'ids' is given; must be one of the two");
  EXPECT_EQ(refusal("- {id: a, year: 1990, txt: b}"),
            "w.yaml:1: neither 'text' nor 'ids' is given; must be one of the two; 'txt' is another column "
            "(did you mean 'text'?)");
}

TEST(PromptList, RefusesEmptyPrompts) {
  EXPECT_EQ(refusal("- {text: \"\"}\n- {ids: []}\n"), "w.yaml:1: 'text' is empty\nw.yaml:2: 'ids' is empty");
}

TEST(PromptList, RefusesIdsThatAreNoTokenIds) {
  EXPECT_EQ(refusal("- {ids: 5}"), "w.yaml:1: 'ids' is not a list of ids");
  for (const char* id : {"-1", "1.5", "\"5\"", "[1]", "null", "99999999999999999999", "1e3"}) {
    EXPECT_EQ(refusal("- {ids: [1, " + std::string(id) + "]}"),
              "w.yaml:1: 'ids' holds " + std::string(id) + "; an id must be a whole number from 0 up");
  }
}

TEST(PromptList, RefusesValuesThatAreNeitherTextNorNumber) {
  EXPECT_EQ(refusal("- {text: [a]}"), "w.yaml:1: 'text' is a list; must be text or a number");
  EXPECT_EQ(refusal("- {text: {b: c}}"), "w.yaml:1: 'text' is a map; must be text or a number");
  EXPECT_EQ(refusal("- {text: a, id: true}"),
            "w.yaml:1: 'id' is true; must be text or a number; quotes make it text");
  EXPECT_EQ(refusal("- {text: ~}"),
            "w.yaml:1: 'text' is null; must be text or a number; quotes make it text");
  EXPECT_EQ(refusal("- {text: \"true\", target: \"null\"}"), "");
}

TEST(PromptList, KeepsColumnsThatAreNeitherTextNorNumberAsJson) {
  const Prompt prompt = read_inline("- {text: a, b: {c: [1, x]}, d: true, e: ~, f: \"true\"}\n")[0];
  EXPECT_EQ(prompt.others, (Columns{{"b", R"({"c":[1,"x"]})"}, {"d", "true"}}));
  EXPECT_EQ(prompt.columns, (Columns{{"f", "true"}}));
}

TEST(PromptList, RefusesIdsThatAreNoLabels) {
  EXPECT_EQ(refusal("- {id: \"\", text: a}"), "w.yaml:1: 'id' is empty");
  EXPECT_EQ(refusal("- {id: \"a\\nb\", text: a}"), "w.yaml:1: 'id' holds a control character");
  EXPECT_EQ(refusal("- {id: \" a\", text: a}"), "w.yaml:1: id ' a' begins or ends with a space");
}

TEST(PromptList, RefusesIdsGivenTwiceWithBothPlaces) {
  EXPECT_EQ(refusal("- {id: a, text: a}\n- {id: b, text: a}\n- {id: a, text: a}\n"),
            "w.yaml:3: id 'a' is given twice, first at w.yaml:1");
  EXPECT_EQ(refusal("- {id: 1, text: a}\n- {text: a}\n"),
            "w.yaml:2: id '1' (the row's number, as it gives none) is given twice, first at w.yaml:1");
}

TEST(PromptList, RefusesNamesThatNoColumnCanHave) {
  EXPECT_EQ(refusal("- {text: a, b/c: d}"), "w.yaml:1: column 'b/c' has a slash in its name");
  EXPECT_EQ(refusal("- {text: a, prompt: d}"),
            "w.yaml:1: a column cannot be called 'prompt'; the prompt itself is 'text' or 'ids'");
  EXPECT_EQ(refusal("- {text: a, \"\": d}"), "w.yaml:1: a column has no name");
  EXPECT_EQ(refusal("- {text: a, \"b\\n\": d}"), "w.yaml:1: a column's name holds a control character");
}

TEST(PromptList, ListsAllProblemsUpToTwenty) {
  std::string yaml;
  for (int i = 0; i < 25; ++i) yaml += "- {id: x" + std::to_string(i) + "}\n";
  const std::string message = refusal(yaml);
  EXPECT_TRUE(message.starts_with("w.yaml:1: neither")) << message;
  EXPECT_NE(message.find("\nw.yaml:20: neither"), std::string::npos) << message;
  EXPECT_EQ(message.find("w.yaml:21:"), std::string::npos) << message;
  EXPECT_TRUE(message.ends_with("\n... and 5 more")) << message;
}

TEST(PromptFile, RefusesWrongKeysAndNames) {
  EXPECT_EQ(refusal("{fil: p.jsonl}"),
            "w.yaml:1: prompts: unknown key 'fil' (did you mean 'file'?)\n"
            "w.yaml:1: prompts: 'file', 'random_tokens' or 'template' must be given");
  EXPECT_EQ(refusal("{}"), "w.yaml:1: prompts: 'file', 'random_tokens' or 'template' must be given");
  EXPECT_EQ(refusal("{file: p.csv, limits: 3}"),
            "w.yaml:1: prompts: unknown key 'limits' (did you mean 'limit'?)");
  EXPECT_EQ(refusal("file: p.csv\nrandom_tokens: 5"),
            "w.yaml:2: prompts: 'file' and 'random_tokens' exclude each other");
  EXPECT_EQ(refusal("file: [p.jsonl]"), "w.yaml:1: prompts: 'file' is not the name of a file");
  EXPECT_EQ(refusal("file: p.txt"),
            "w.yaml:1: prompts: file 'p.txt': prompts are read from .jsonl, .ndjson and .csv");
  EXPECT_EQ(
      refusal("file: p.json"),
      "w.yaml:1: prompts: file 'p.json': prompts are read from .jsonl, .ndjson and .csv; of JSON, put one "
      "object on each line and call it .jsonl");
  for (const char* limit : {"0", "-1", "1.5", "\"5\"", "[1]"}) {
    EXPECT_EQ(refusal("file: p.csv\nlimit: " + std::string(limit)),
              "w.yaml:2: prompts: 'limit' is " + std::string(limit) + ": must be a whole number from 1 up");
  }
}

TEST(PromptFile, RefusesAMissingFileWithThePlaceInTheWorkflow) {
  const Node prompts = parse_yaml("\nfile: none.jsonl\n", "w.yaml");
  try {
    read_prompts(prompts, {"data", "w.yaml"});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "w.yaml:2: prompts: no file 'data/none.jsonl'");
  }
}

TEST(PromptFile, TakesTheFirstRowsOfALimit) {
  EXPECT_EQ(read_file("p.jsonl", "{\"text\": \"a\"}\n{\"text\": \"b\"}\nnot read", ", limit: 2").size(), 2U);
  EXPECT_EQ(read_file("p.csv", "text\na\nb\nnot,read", ", limit: 2").size(), 2U);
  EXPECT_EQ(read_file("p.csv", "text\na\nb\n", ", limit: 9").size(), 2U);
}

TEST(JsonLines, ReadsAnObjectALine) {
  const auto prompts =
      read_file("p.jsonl",
                "\xEF\xBB\xBF{\"id\": 7, \"text\": \"Zürich \\u00e9\\n\", \"p\": 1.50, \"n\": -3}\r\n"
                "\n  \r\n"
                "{\"ids\": [1, 2], \"target\": \" x\", \"big\": 123456789012345678901234567890}");
  ASSERT_EQ(prompts.size(), 2U);
  EXPECT_EQ(prompts[0].id, "7");
  EXPECT_EQ(prompts[0].text, "Zürich é\n");
  EXPECT_EQ(prompts[0].columns, (Columns{{"p", "1.50"}, {"n", "-3"}}));
  EXPECT_EQ(prompts[1].id, "1");
  EXPECT_EQ(prompts[1].ids, (Ids{1, 2}));
  EXPECT_EQ(prompts[1].columns, (Columns{{"target", " x"}, {"big", "123456789012345678901234567890"}}));
  EXPECT_TRUE(prompts[1].place.ends_with("p.jsonl:4")) << prompts[1].place;
  EXPECT_EQ(read_file("P.NDJSON", "{\"text\": \"a\"}").size(), 1U);
}

TEST(JsonLines, RefusesLinesThatAreNoObject) {
  EXPECT_EQ(file_refusal("p.jsonl", "[1, {\"a\": [2]}]\n\"x\"\n5\n"),
            "p.jsonl:1: a line holds one object, not an array\n"
            "p.jsonl:2: a line holds one object, not text\n"
            "p.jsonl:3: a line holds one object, not a number");
  EXPECT_EQ(file_refusal("p.jsonl", "\n \n"), "p.jsonl: the file holds no prompts");
  EXPECT_EQ(file_refusal("p.jsonl", "{\"text\": \"\xFF\"}"), "p.jsonl:1: the line is not UTF-8");
}

TEST(JsonLines, RefusesBrokenJsonWithItsLineAndColumn) {
  const std::string message = file_refusal("p.jsonl", "{\"text\": \"a\"}\n{\"text\": b}\n");
  EXPECT_TRUE(message.starts_with("p.jsonl:2: not JSON: column 10: syntax error")) << message;
  EXPECT_TRUE(file_refusal("p.jsonl", "{\"text\": \"a\"} {}").starts_with("p.jsonl:1: not JSON: column 15"));
  EXPECT_TRUE(
      file_refusal("p.jsonl", "{\"text\": \"a\", \"p\": 1e999}").starts_with("p.jsonl:1: not JSON: number"));
  EXPECT_LT(file_refusal("p.jsonl", "{\"text\": \"" + std::string(10'000, 'x')).size(), 250U);
}

TEST(JsonLines, RefusesKeysGivenTwice) {
  EXPECT_EQ(file_refusal("p.jsonl", "{\"text\": \"a\", \"b\": 1, \"b\": 2}"),
            "p.jsonl:1: 'b' is given twice");
}

TEST(JsonLines, RefusesValuesThatAreNeitherTextNorNumber) {
  EXPECT_EQ(file_refusal("p.jsonl",
                         "{\"text\": true}\n{\"text\": \"a\", \"id\": {\"d\": [1]}}\n"
                         "{\"text\": null}\n{\"text\": [\"a\"], \"target\": \"b\"}\n{\"ids\": false}\n"),
            "p.jsonl:1: 'text' is true; must be text or a number\np.jsonl:2: 'id' is an object; must be text "
            "or a number\np.jsonl:3: neither 'text' nor 'ids' is given; must be one of the two\np.jsonl:4: "
            "'text' is an array; must be text or a number\np.jsonl:5: 'ids' is false; must be a list of ids");
  EXPECT_EQ(file_refusal("p.jsonl", "{\"text\": \"a\\u0000b\"}"), "p.jsonl:1: 'text' holds a NUL character");
}

TEST(JsonLines, KeepsColumnsThatAreNeitherTextNorNumberAsJsonAndNullAsNoValue) {
  const auto prompts =
      read_file("p.jsonl",
                "{\"id\": null, \"text\": null, \"ids\": [1], \"a\": true, \"b\": [\"x]\", {\"y\": "
                "1.5}], \"c\": null, \"ids2\": {}}\n"
                "{\"text\": \"a\", \"ids\": null, \"b\": \"text\", \"z\": \"\\ud83d\\ude00\"}\n");
  ASSERT_EQ(prompts.size(), 2U);
  EXPECT_EQ(prompts[0].id, "0");
  EXPECT_EQ(prompts[0].ids, (Ids{1}));
  EXPECT_EQ(prompts[0].others, (Columns{{"a", "true"}, {"b", R"(["x]",{"y":1.5}])"}, {"ids2", "{}"}}));
  EXPECT_TRUE(prompts[0].columns.empty());
  EXPECT_EQ(prompts[1].text, "a");
  EXPECT_EQ(prompts[1].columns, (Columns{{"b", "text"}, {"z", "😀"}}));
  EXPECT_EQ(file_refusal("p.jsonl", "{\"text\": \"a\", \"b\": [1], \"b\": 2}"),
            "p.jsonl:1: 'b' is given twice");
  EXPECT_EQ(file_refusal("p.jsonl", "{\"text\": \"a\", \"b/c\": []}"),
            "p.jsonl:1: column 'b/c' has a slash in its name");
}

TEST(JsonLines, RefusesIdsThatAreNoTokenIds) {
  EXPECT_EQ(file_refusal("p.jsonl", "{\"ids\": \"1 2\"}\n{\"ids\": 5}\n{\"ids\": []}\n"),
            "p.jsonl:1: 'ids' is text; must be a list of ids\n"
            "p.jsonl:2: 'ids' is a number; must be a list of ids\n"
            "p.jsonl:3: 'ids' is empty");
  EXPECT_EQ(file_refusal("p.jsonl",
                         "{\"ids\": [1, -1]}\n{\"ids\": [1.5]}\n{\"ids\": [[1]]}\n{\"ids\": [null]}\n"
                         "{\"ids\": [18446744073709551615]}"),
            "p.jsonl:1: 'ids' holds -1; an id must be a whole number from 0 up\np.jsonl:2: 'ids' holds 1.5; "
            "an id must be a whole number from 0 up\np.jsonl:3: 'ids' holds an array; an id must be a whole "
            "number from 0 up\np.jsonl:4: 'ids' holds null; an id must be a whole number from 0 "
            "up\np.jsonl:5: 'ids' holds 18446744073709551615; an id must be a whole number from 0 up");
}

TEST(Csv, ReadsQuotesLineEndsAndEmptyCells) {
  const auto prompts = read_file("p.csv",
                                 "\xEF\xBB\xBFid,text,ids,target\r\n"
                                 "a,\"one, \"\"two\"\"\r\nthree\",, Germany\r\n"
                                 "\r\n"
                                 ",,1 2  50256,\"\"\n"
                                 "c,\"\n\",,x");
  ASSERT_EQ(prompts.size(), 3U);
  EXPECT_EQ(prompts[0].id, "a");
  EXPECT_EQ(prompts[0].text, "one, \"two\"\r\nthree");
  EXPECT_EQ(prompts[0].columns, (Columns{{"target", " Germany"}}));
  EXPECT_TRUE(prompts[0].place.ends_with("p.csv:2"));
  EXPECT_EQ(prompts[1].id, "1");
  EXPECT_EQ(prompts[1].ids, (Ids{1, 2, 50256}));
  EXPECT_TRUE(prompts[1].columns.empty());
  EXPECT_TRUE(prompts[1].place.ends_with("p.csv:5"));
  EXPECT_EQ(prompts[2].text, "\n");
  EXPECT_TRUE(prompts[2].place.ends_with("p.csv:6"));
}

TEST(Csv, ReadsLinesThatEndInCr) {
  const auto prompts =
      read_file("p.csv", "\xEF\xBB\xBFtext,id\rBerlin is,a\r\r\"Paris\ris\",b\r\nRome is,c\nBonn is,d");
  ASSERT_EQ(prompts.size(), 4U);
  EXPECT_EQ(prompts[0].text, "Berlin is");
  EXPECT_EQ(prompts[1].text, "Paris\ris");
  EXPECT_TRUE(prompts[1].place.ends_with("p.csv:4"));
  EXPECT_EQ(prompts[2].id, "c");
  EXPECT_TRUE(prompts[3].place.ends_with("p.csv:7"));
  EXPECT_EQ(file_refusal("p.csv", "text,id\ra\rb,c,d\r"),
            "p.csv:2: the row has 1 field, the header 2\np.csv:3: the row has 3 fields, the header 2");
}

TEST(Csv, RefusesHeadersThatNameNoPrompt) {
  EXPECT_EQ(file_refusal("p.csv", "id,txt\na,b\n"),
            "p.csv:1: no column 'text' or 'ids' (did you mean 'txt'?)");
  EXPECT_EQ(file_refusal("p.csv", "id;text\na;b\n"),
            "p.csv:1: no column 'text' or 'ids'; columns must be separated by commas");
  EXPECT_EQ(file_refusal("p.csv", ""), "p.csv: the file holds no prompts");
  EXPECT_EQ(file_refusal("p.csv", "text\n"), "p.csv: the file holds no prompts");
}

TEST(Csv, RefusesHeadersWithEmptyRepeatedAndImpossibleNames) {
  EXPECT_EQ(file_refusal("p.csv", ",text,,b,b,c/d,\xFF\n"),
            "p.csv:1: column 1 has no name (pandas: to_csv(index=False))\n"
            "p.csv:1: column 3 has no name\n"
            "p.csv:1: column 'b' is given twice, as columns 4 and 5\n"
            "p.csv:1: column 'c/d' has a slash in its name\n"
            "p.csv:1: the name of column 7 is not UTF-8");
}

TEST(Csv, RefusesRaggedRowsWithTheirLines) {
  EXPECT_EQ(file_refusal("p.csv", "id,text\na,\"x\ny\"\nb\nc,d,e\n"),
            "p.csv:4: the row has 1 field, the header 2\np.csv:5: the row has 3 fields, the header 2");
}

TEST(Csv, RefusesBrokenQuotes) {
  EXPECT_EQ(
      file_refusal("p.csv", "text\na\n\"b\nc\n"),
      "p.csv:3: not CSV: the quote that begins a field on this line is never closed; reading stops here");
  EXPECT_EQ(file_refusal("p.csv", "text\na\"b\n"),
            "p.csv:2: not CSV: a quote stands inside a field that does not begin with a quote");
  EXPECT_EQ(file_refusal("p.csv", "text,b\n\"a\" ,b\nc\n"),
            "p.csv:2: not CSV: text stands between a closing quote and the next comma\np.csv:3: the row has "
            "1 field, the header 2");
  EXPECT_EQ(file_refusal("p.csv", "text,b\n,x\n\"a"),
            "p.csv:2: neither 'text' nor 'ids' is given; must be one of the two\np.csv:3: not CSV: the quote "
            "that begins a field on this line is never closed; reading stops here");
}

TEST(Csv, RefusesCellsThatCannotBeUsed) {
  EXPECT_EQ(file_refusal("p.csv", "text,b\na,\xFF\n"), "p.csv:2: 'b' is not UTF-8");
  EXPECT_EQ(file_refusal("p.csv", std::string_view("text\na\0b\n", 9)),
            "p.csv:2: 'text' holds a NUL character");
  EXPECT_EQ(file_refusal("p.csv", "ids\n\"[1, 2]\"\n1 -2\n"),
            "p.csv:2: 'ids' holds '[1,'; must be whole numbers from 0 up, with spaces between them\np.csv:3: "
            "'ids' holds '-2'; must be whole numbers from 0 up, with spaces between them");
  EXPECT_EQ(file_refusal("p.csv", "id,text\na,x\na,y\n"), "p.csv:3: id 'a' is given twice, first at p.csv:2");
}

TEST(BadPrompts, AreKeptWithTheirProblemBesideTheOthers) {
  const TemporaryFolder folder;
  folder.write("p.jsonl",
               "{\"id\": \"a\", \"text\": \"x\"}\n{\"id\": \"b\", \"text\": \"\", \"target\": \" y\"}\n{bad\n"
               "{\"id\": \"a\", \"text\": \"z\"}\n{\"text\": \"w\"}\n");
  const Prompts prompts =
      read_prompts(parse_yaml("{file: p.jsonl}", "w.yaml"), {folder.path(), "w.yaml", BadPrompts::kept});
  ASSERT_EQ(prompts.size(), 5U);
  std::string ids;
  for (const Prompt& prompt : prompts) ids += prompt.id + ",";
  EXPECT_EQ(ids, "a,b,2,line 4,4,");
  EXPECT_EQ(prompts.problem(0), "");
  EXPECT_EQ(prompts.problem(1), "'text' is empty");
  EXPECT_TRUE(prompts.problem(2).starts_with("not JSON: column 2"));
  EXPECT_EQ(prompts.problem(3), "id 'a' is given twice, first at line 1");
  EXPECT_EQ(prompts.json(1), R"({"id":"b","problem":"'text' is empty"})");
  EXPECT_TRUE(prompts[1].place.ends_with("p.jsonl:2"));
  EXPECT_FALSE(prompts[1].text);
  // And come back from a run file as they are.
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < prompts.size(); ++i) lines.emplace_back(prompts.json(i));
  EXPECT_EQ(read_prompt_json(lines, "run.h5").json_lines(), prompts.json_lines());
}

TEST(BadPrompts, AreKeptWithAllThatIsWrongWithThem) {
  const Prompts prompts =
      read_prompts(parse_yaml("[{id: a, text: x}, {id: a, text: '', 'b/c': 1}]", "w.yaml"),
                   {"", "w.yaml", BadPrompts::kept});
  EXPECT_EQ(prompts.problem(1),
            "column 'b/c' has a slash in its name; id 'a' is given twice, first at line 1");
}

TEST(BadPrompts, OfACsvAreItsRows) {
  const TemporaryFolder folder;
  folder.write("p.csv", "text,id\na\nb\"c,d\ne,f\n");
  const auto read = [&] {
    return read_prompts(parse_yaml("{file: p.csv}", "w.yaml"), {folder.path(), "w.yaml", BadPrompts::kept});
  };
  const Prompts prompts = read();
  ASSERT_EQ(prompts.size(), 3U);
  EXPECT_EQ(prompts.problem(0), "the row has 1 field, the header 2");
  EXPECT_EQ(prompts.problem(1), "not CSV: a quote stands inside a field that does not begin with a quote");
  EXPECT_EQ(prompts[2].id, "f");
  folder.write("p.csv", "text,id\na,b\n\"c,d\ne,f\n");  // where that row ends, nobody knows
  EXPECT_THROW(read(), InputError);
}

// Whatever the bytes are, they are read or refused with a line.
TEST(PromptFile, ReadsOrRefusesAnyBytes) {
  const std::string json =
      "{\"id\": \"a\", \"text\": \"x\\u00e9\", \"p\": 1.5}\n{\"ids\": [1, 2], \"q\": [{}]}\n";
  const std::string csv = "id,text,ids\r\na,\"x, \"\"y\"\"\nz\",\n,,1 2\n";
  const std::string bytes = "{}[]:,-\"'#~ \n\r\t\\0e.\x7F\x80\xC3\xFF";
  std::mt19937 random(13);
  for (int i = 0; i < 600; ++i) {
    const bool is_csv = i % 2 == 0;
    const std::string name = is_csv ? "p.csv" : "p.jsonl";
    std::string text = is_csv ? csv : json;
    for (std::size_t edits = 1 + random() % 4; edits > 0; --edits) {
      const std::size_t at = random() % text.size();
      if (random() % 3 == 0) {
        text.erase(at, 1 + random() % 9);
      } else {
        text.insert(at, 1, bytes[random() % bytes.size()]);
      }
    }
    const std::string message = file_refusal(name, text);
    ASSERT_TRUE(message.empty() || message.starts_with(name + ":")) << text;
    if (!message.empty()) continue;
    std::vector<std::string> lines;
    const Prompts prompts = read_file(name, text);
    for (std::size_t at = 0; at < prompts.size(); ++at) {
      lines.emplace_back(prompts.json(at));
      ASSERT_EQ(to_json(prompts[at]), lines.back());
    }
    ASSERT_EQ(read_prompt_json(lines, "run.h5").json_lines(), prompts.json_lines());
  }
}

TEST(PromptFile, ReadsAHundredThousandRowsInTime) {
  constexpr std::size_t kRows = 100'000;
  std::string json;
  std::string csv = "id,text,target\n";
  for (std::size_t i = 0; i < kRows; ++i) {
    const std::string id = "row" + std::to_string(i);
    json += "{\"id\": \"" + id + "\", \"text\": \"The capital of the country is\", \"target\": \" x\"}\n";
    csv += id + ",\"The capital of the country is\", x\n";
  }
  const TemporaryFolder folder;
  folder.write("p.jsonl", json);
  folder.write("p.csv", csv);
  for (const char* name : {"p.jsonl", "p.csv"}) {
    const auto start = std::chrono::steady_clock::now();
    const Node prompts = Node::map({{"file", Node::scalar(name)}});
    EXPECT_EQ(read_prompts(prompts, {folder.path(), "w.yaml"}).size(), kRows);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    EXPECT_LT(taken.count(), 20.0)
        << name;  // a guard against quadratic work: a sanitizer's build takes seconds
    RecordProperty(name, std::to_string(taken.count()));
    std::cout << name << ": " << taken.count() << " s\n";
  }
}

}  // namespace
