#include "model/files/safetensors.hpp"

#include <ostream>
#include <random>

#include <gtest/gtest.h>

#include "tests/support/input_error.hpp"
#include "tests/support/safetensors_writer.hpp"
#include "tests/support/temp_dir.hpp"

namespace hookflow {
namespace {

using test::f32;
using test::names;
using test::safetensors;

std::string refusal(const std::string& file) {
  const test::TempDir directory;
  test::write_file(directory / "x.safetensors", file);
  return test::input_error([&] { const SafetensorsFile read(directory / "x.safetensors"); });
}

// A file of one tensor `a` with this entry, over `size` bytes of data.
std::string with_entry(const std::string& entry, std::size_t size) {
  return safetensors(R"({"a":)" + entry + "}", std::string(size, '\1'));
}

TEST(Safetensors, ReadsNamesShapesAndBytes) {
  const float values[] = {1, 2, 3, 4, 5, 6};
  const test::TempDir directory;
  test::write_file(directory / "x.safetensors",
                   safetensors(std::vector<test::NewTensor>{f32("m", {2, 3}, values),
                                                            f32("scalar", {}, std::span(values).first(1)),
                                                            f32("none", {0, 7}, {}),
                                                            {"flags", "BOOL", {3}, std::string(3, '\1')},
                                                            {"odd", "F4_NEW", {5}, "???"}}));
  const SafetensorsFile file(directory / "x.safetensors");
  ASSERT_EQ(file.tensors().size(), 5U);
  const StoredTensor& m = file.tensors().at("m");
  EXPECT_EQ(m.dtype, "F32");
  EXPECT_EQ(m.shape, (std::vector<std::size_t>{2, 3}));
  ASSERT_EQ(m.bytes.size(), sizeof values);
  EXPECT_EQ(std::memcmp(m.bytes.data(), values, sizeof values), 0);
  EXPECT_EQ(m.float_format(), FloatFormat::f32);
  EXPECT_TRUE(file.tensors().at("scalar").shape.empty());
  EXPECT_EQ(file.tensors().at("none").bytes.size(), 0U);
  EXPECT_EQ(file.tensors().at("flags").float_format(), std::nullopt);
  EXPECT_EQ(file.tensors().at("odd").bytes.size(), 3U);
}

TEST(Safetensors, AcceptsDataAtAnyAddress) {
  const float values[] = {1, 2};
  for (std::size_t shift = 0; shift < 8; ++shift) {
    const test::TempDir directory;
    test::write_file(directory / "x.safetensors",
                     safetensors(std::vector<test::NewTensor>{f32("a", {2}, values)}, shift));
    const SafetensorsFile file(directory / "x.safetensors");
    EXPECT_EQ(std::memcmp(file.tensors().at("a").bytes.data(), values, sizeof values), 0);
  }
}

TEST(Safetensors, RefusesEveryTruncation) {
  const float values[] = {1, 2, 3};
  const std::string whole = safetensors(
      std::vector<test::NewTensor>{f32("a", {2}, std::span(values).first(2)), f32("b", {3}, values)});
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_TRUE(names(refusal(whole.substr(0, size)), {"x.safetensors: "})) << size;
  EXPECT_TRUE(
      names(refusal(whole.substr(0, whole.size() - 1)), {"tensor 'b'", "bytes 8 to 20", "19 bytes of data"}));
}

TEST(Safetensors, RefusesBytesOfNoTensor) {
  const float values[] = {1};
  const std::string whole = safetensors(std::vector<test::NewTensor>{f32("a", {1}, values)});
  EXPECT_TRUE(
      names(refusal(whole + "xy"), {"the last 2 bytes of the file do not belong to any tensor", "'a'"}));
  EXPECT_TRUE(
      names(refusal(safetensors("{}", "xy")), {"the last 2 bytes of the file do not belong to any tensor"}));
  EXPECT_TRUE(names(refusal(with_entry(R"({"dtype":"U8","shape":[2],"data_offsets":[1,3]})", 3)),
                    {"tensor 'a'", "bytes 0 to 1 belong to no tensor"}));
}

TEST(Safetensors, RefusesOverlaps) {
  EXPECT_TRUE(names(refusal(safetensors(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},
                                            "b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}})",
                                        "123456")),
                    {"tensor 'b': bytes 2 to 6 overlap tensor 'a', bytes 0 to 4"}));
  EXPECT_TRUE(names(refusal(safetensors(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},
                                            "b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})",
                                        "1234")),
                    {"tensor 'b': bytes 0 to 4 overlap tensor 'a'"}));
}

TEST(Safetensors, RefusesRangesThatLie) {
  EXPECT_TRUE(names(refusal(with_entry(R"({"dtype":"F32","shape":[2],"data_offsets":[0,12]})", 12)),
                    {"tensor 'a': bytes 0 to 12 are 12 bytes, but shape [2] of F32 needs 8"}));
  EXPECT_TRUE(names(refusal(with_entry(R"({"dtype":"F32","shape":[2],"data_offsets":[8,0]})", 8)),
                    {"tensor 'a': bytes 8 to 0: the end is before the beginning"}));
  EXPECT_TRUE(names(refusal(with_entry(R"({"dtype":"F32","shape":[2],"data_offsets":[0,9000]})", 8)),
                    {"tensor 'a': bytes 0 to 9000 reach beyond the end of the file", "8 bytes of data"}));
  EXPECT_TRUE(names(
      refusal(with_entry(
          R"({"dtype":"U8","shape":[2],"data_offsets":[18446744073709551614,18446744073709551615]})", 2)),
      {"tensor 'a'", "reach beyond the end"}));
}

TEST(Safetensors, RefusesShapesThatOverflow) {
  // 2^62 * 4 = 2^64, which is 0 in 64 bits and would fit no bytes at all.
  EXPECT_TRUE(
      names(refusal(with_entry(R"({"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]})", 0)),
            {"tensor 'a': shape [4611686018427387904] needs more bytes than 64 bits can count"}));
  EXPECT_TRUE(names(
      refusal(with_entry(R"({"dtype":"U8","shape":[4294967296,4294967296,1],"data_offsets":[0,0]})", 0)),
      {"tensor 'a'", "more bytes than 64 bits can count"}));
}

TEST(Safetensors, RefusesMisalignedTensors) {
  EXPECT_TRUE(names(refusal(safetensors(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},
                                            "b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}})",
                                        "123456")),
                    {"tensor 'b': is misaligned: begins at byte 2", "not a multiple of 4", "F32"}));
}

struct Malformed {
  const char* entry;
  const char* rule;
};

void PrintTo(const Malformed& malformed, std::ostream* out) { *out << malformed.entry; }

class MalformedEntry : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedEntry, IsRefusedWithTheTensorsName) {
  EXPECT_TRUE(
      names(refusal(with_entry(GetParam().entry, 4)), {"x.safetensors: tensor 'a': ", GetParam().rule}));
}

INSTANTIATE_TEST_SUITE_P(
    Safetensors, MalformedEntry,
    testing::Values(
        Malformed{"7", "must be an object"}, Malformed{"null", "must be an object"},
        Malformed{R"({"shape":[1],"data_offsets":[0,4]})", "has no dtype"},
        Malformed{R"({"dtype":"F32","data_offsets":[0,4]})", "has no shape"},
        Malformed{R"({"dtype":"F32","shape":[1]})", "has no data_offsets"},
        Malformed{R"({"dtype":"F32","shape":[1],"data_offsets":[0,4],"strides":[1]})", "'strides'"},
        Malformed{R"({"dtype":32,"shape":[1],"data_offsets":[0,4]})", "dtype must be a string, is 32"},
        Malformed{R"({"dtype":"F32","shape":1,"data_offsets":[0,4]})", "shape must be a list"},
        Malformed{R"({"dtype":"F32","shape":[-1],"data_offsets":[0,4]})", "is [-1]"},
        Malformed{R"({"dtype":"F32","shape":[1.0],"data_offsets":[0,4]})", "is [1.0]"},
        Malformed{R"({"dtype":"F32","shape":[true],"data_offsets":[0,4]})", "is [true]"},
        Malformed{R"({"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,4]})", "shape must"},
        Malformed{R"({"dtype":"F32","shape":[1],"data_offsets":[0]})", "must be [begin, end], is [0]"},
        Malformed{R"({"dtype":"F32","shape":[1],"data_offsets":[0,4,4]})", "must be [begin, end]"},
        Malformed{R"({"dtype":"F32","shape":[1],"data_offsets":[-4,0]})", "data_offsets must be a list"},
        Malformed{R"({"dtype":"F32","shape":[1],"data_offsets":"0-4"})", "data_offsets must be a list"}));

TEST(Safetensors, RefusesHeadersThatAreNoObject) {
  EXPECT_TRUE(names(refusal(safetensors("", "")), {"header must begin with '{'"}));
  EXPECT_TRUE(names(refusal(safetensors(" {}", "")), {"header must begin with '{'"}));
  EXPECT_TRUE(names(refusal(safetensors("[]", "")), {"header must begin with '{'"}));
  EXPECT_TRUE(names(refusal(safetensors("{}{}", "")), {"header: malformed JSON near byte 3"}));
  EXPECT_TRUE(names(refusal(safetensors(std::string_view("{}\0", 3), "")), {"header: malformed JSON: NUL"}));
  EXPECT_TRUE(names(refusal(safetensors("{\"\xff\":1}", "")), {"header: malformed JSON"}));
}

TEST(Safetensors, RefusesDuplicateKeys) {
  const std::string entry = R"({"dtype":"U8","shape":[1],"data_offsets":[0,1]})";
  EXPECT_TRUE(names(refusal(safetensors(R"({"a":)" + entry + R"(,"a":)" + entry + "}", "1")),
                    {"header: key 'a' is given twice"}));
  EXPECT_TRUE(names(refusal(with_entry(R"({"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]})", 1)),
                    {"header: key 'dtype' is given twice"}));
}

TEST(Safetensors, RefusesDeepNesting) {
  EXPECT_TRUE(
      names(refusal(safetensors("{\"a\":" + std::string(1'000'000, '['), "")), {"nested deeper than 32"}));
}

TEST(Safetensors, RefusesMetadataThatIsNoText) {
  EXPECT_TRUE(
      names(refusal(safetensors(R"({"__metadata__":{"n":1}})", "")), {"__metadata__ must map strings"}));
  EXPECT_TRUE(
      names(refusal(safetensors(R"({"__metadata__":["pt"]})", "")), {"__metadata__ must map strings"}));
}

TEST(Safetensors, RefusesHeaderLengthsThatLie) {
  std::string file = safetensors("{}", "");
  file[0] = 3;
  EXPECT_TRUE(names(refusal(file), {"header of 3 bytes reaches beyond the end of the file (10 bytes)"}));
  file[7] = '\x7f';
  EXPECT_TRUE(names(refusal(file), {"header length 9151314442816847875 exceeds", "100000000"}));
  EXPECT_TRUE(names(refusal("1234567"), {"7 bytes are too few for the 8-byte header length"}));
  EXPECT_TRUE(names(refusal("<!DOCTYPE html><html>"), {"is not a safetensors file"}));
  EXPECT_TRUE(names(refusal("version https://git-lfs.github.com/spec/v1\n"), {"is a Git LFS pointer"}));
}

// Reads every byte that the reader vouches for: the sanitizers watch.
std::size_t touch(const SafetensorsFile& file) {
  std::size_t sum = 0;
  for (const auto& [name, tensor] : file.tensors())
    for (const std::byte byte : tensor.bytes) sum += static_cast<std::size_t>(byte);
  return sum;
}

TEST(Safetensors, SurvivesMutations) {
  const float values[] = {1, 2, 3};
  const std::string whole = safetensors(
      std::vector<test::NewTensor>{f32("a", {1, 2}, std::span(values).first(2)), f32("b", {3}, values)}, 4);
  static constexpr std::string_view kLikely = "{}[]\",:0123456789-.eFU8 ab\\\0\xff";
  const test::TempDir directory;
  std::mt19937 random(20240229);
  const auto below = [&](std::size_t bound) { return random() % bound; };
  std::size_t accepted = 0;
  const std::size_t rounds =
      std::getenv("HOOKFLOW_FUZZ_ROUNDS") != nullptr ? std::stoul(std::getenv("HOOKFLOW_FUZZ_ROUNDS")) : 3000;
  for (std::size_t round = 0; round < rounds; ++round) {
    std::string mutant = whole;
    for (std::size_t edits = 1 + below(3); edits > 0; --edits) {
      const std::size_t at = below(mutant.size());
      switch (below(4)) {
        case 0:
          mutant[at] = kLikely[below(kLikely.size())];
          break;
        case 1:
          mutant.insert(at, 1, kLikely[below(kLikely.size())]);
          break;
        case 2:
          mutant.erase(at, 1 + below(4));
          break;
        default:
          mutant[at] = static_cast<char>(mutant[at] ^ static_cast<char>(1U << below(8)));
          break;
      }
    }
    // Half of the time the length is mended, so that the mutation reaches the JSON.
    if (below(2) == 0 && mutant.size() > 28) {
      const std::uint64_t header = mutant.size() - 28;
      std::memcpy(mutant.data(), &header, sizeof header);
    }
    test::write_file(directory / "x.safetensors", mutant);
    try {
      touch(SafetensorsFile(directory / "x.safetensors"));
      ++accepted;
    } catch (const ModelError& error) {
      ASSERT_TRUE(names(error.what(), {"x.safetensors: "}));
    }
  }
  EXPECT_GT(accepted, rounds / 100);  // some mutations change nothing that matters
  EXPECT_LT(accepted, rounds);
}

}  // namespace
}  // namespace hookflow
