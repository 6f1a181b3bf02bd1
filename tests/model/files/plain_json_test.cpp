// The quick reader of JSON against nlohmann's parser, which it stands in for.
#include "model/files/plain_json.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hookflow {
namespace {

using namespace std::string_literals;

// What a reader tells, in order.
class Events final : public nlohmann::json_sax<FlatJson> {
 public:
  std::vector<FlatJson> told;
  std::size_t most = SIZE_MAX;  // then the reader is stopped

  bool null() override { return tell("null", nullptr); }
  bool boolean(bool value) override { return tell("boolean", value); }
  bool number_integer(number_integer_t value) override { return tell("integer", value); }
  bool number_unsigned(number_unsigned_t value) override { return tell("unsigned", value); }
  bool number_float(number_float_t value, const string_t&) override { return tell("float", value); }
  bool string(string_t& value) override { return tell("string", value); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return tell("{", nullptr); }
  bool key(string_t& name) override { return tell("key", name); }
  bool end_object() override { return tell("}", nullptr); }
  bool start_array(std::size_t) override { return tell("[", nullptr); }
  bool end_array() override { return tell("]", nullptr); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  bool tell(const char* what, const FlatJson& value) {
    told.push_back({what, value});
    return told.size() < most;
  }
};

// Whether the text is plain; if so, it must be read as the other parser reads it.
bool is_read_alike(const std::string& text) {
  Events events;
  if (!read_plain_json(text, events)) return false;
  Events expected;
  EXPECT_TRUE(FlatJson::sax_parse(text, &expected)) << text;
  EXPECT_EQ(text.find('\0'), std::string::npos);  // which that parser takes for the end
  EXPECT_EQ(events.told, expected.told) << text;
  return true;
}

const std::string kVocabulary =
    "{\"!\": 0, \"\\\"\":1, \"\\u0120the\":262 , \"\\u0120\\u0120\": 220,\n \"\xC4\xA0na\xC3\xAFve\": 50256,"
    " \"a\\\\b\\/\\b\\f\\n\\r\\t\": 18446744073709551615, \"\": 0}\n";
const std::string kDocument =
    R"( {"version":"1.0","truncation":null,"on":true,"off" : false,"none":{ },"list":[ ],"merges":["\u0120 t",["a","b"],[[0]]]})";

TEST(PlainJson, ReadsVocabulariesAndDocuments) {
  EXPECT_TRUE(is_read_alike(kVocabulary));
  EXPECT_TRUE(is_read_alike(kDocument));
}

TEST(PlainJson, LeavesToTheOtherWhatIsNotPlainOrNotWhole) {
  for (const std::string& text : {""s,
                                  " "s,
                                  "{"s,
                                  "{}}"s,
                                  "{} x"s,
                                  "{}\0"s,
                                  "\0{}"s,
                                  "\xEF\xBB\xBF{}"s,
                                  "[1,]"s,
                                  "{\"a\":1,}"s,
                                  "{\"a\"}"s,
                                  "{\"a\" 1}"s,
                                  "{1:1}"s,
                                  "[1 2]"s,
                                  "[01]"s,
                                  "[-1]"s,
                                  "[1.5]"s,
                                  "[1e3]"s,
                                  "[18446744073709551616]"s,
                                  "[+1]"s,
                                  "[nul]"s,
                                  "[truex]"s,
                                  "[\"a]"s,
                                  "[\"\t\"]"s,
                                  "[\"\\x\"]"s,
                                  "[\"\\u12\"]"s,
                                  "[\"\\u+123\"]"s,
                                  "[\"\\uD83D\\uDE00\"]"s,
                                  "[\"\xFF\"]"s,
                                  "[\"\xC4\"]"s,
                                  "[\"\xED\xA0\x80\"]"s,
                                  "[\"\\"s,
                                  "[\"\\u"s}) {
    EXPECT_FALSE(is_read_alike(text)) << text;
  }
}

TEST(PlainJson, StopsWhereItIsTold) {
  Events events;
  events.most = 3;
  EXPECT_FALSE(read_plain_json(R"([{"a": 1}, 2])", events));
  EXPECT_EQ(events.told.size(), 3U);
}

// Whatever one changes, cuts out or puts in.
TEST(PlainJson, NeverReadsDamagedTextsOtherwise) {
  std::mt19937 random(1);
  const std::string bytes = "{}[]:,\"\\ u0eE.-9tn\n\xC4\xA0\x01"s + '\0';
  std::size_t plain = 0;
  for (const std::string& whole : {kVocabulary, kDocument}) {
    for (int i = 0; i < 20000; ++i) {
      std::string text = whole;
      for (std::size_t changes = 1 + random() % 2; changes > 0; --changes) {
        const std::size_t at = random() % text.size();
        const std::string put = random() % 3 == 0 ? "" : std::string(1, bytes[random() % bytes.size()]);
        text.replace(at, random() % 2, put);
      }
      plain += is_read_alike(text) ? 1 : 0;
    }
  }
  EXPECT_GT(plain, 5000U);
  EXPECT_LT(plain, 35000U);
}

}  // namespace
}  // namespace hookflow
