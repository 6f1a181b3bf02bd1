#include "pipeline/hash/sha256.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pipeline/error.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

using namespace hookflow::pipeline;
namespace fs = std::filesystem;

// The vectors of FIPS 180-4's examples.
TEST(Sha256, GivesThePublishedDigests) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, OfPiecesIsThatOfTheWhole) {
  std::string all(5000, '\0');
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<char>(i * i % 251);
  for (const std::size_t size : std::vector<std::size_t>{1, 7, 256, 511, 512, 513, 1500}) {
    Sha256 digest;
    for (std::size_t first = 0; first < all.size(); first += size) digest.add(all.substr(first, size));
    EXPECT_EQ(digest.hex(), sha256(all)) << size;
    digest.add("abc");
    EXPECT_EQ(digest.hex(), sha256("abc"));
  }
}

TEST(Sha256File, EqualsTheDigestOfItsBytes) {
  const hookflow::TemporaryFolder folder;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{3}, std::size_t{1} << 20U, (std::size_t{5} << 19U) + 7}) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * i % 251);
    EXPECT_EQ(sha256_file(folder.write("bytes", bytes)), sha256(bytes)) << size;
  }
}

TEST(Sha256File, RefusesWhatCannotBeRead) {
  const hookflow::TemporaryFolder folder;
  const auto refusal = [](const fs::path& path) -> std::string {
    try {
      return sha256_file(path);
    } catch (const InputError& error) {
      return error.what();
    }
  };
  EXPECT_EQ(refusal(folder.path() / "none"),
            (folder.path() / "none").string() + ": cannot be read: No such file or directory");
  EXPECT_EQ(refusal(folder.path()), folder.path().string() + ": cannot be read: Is a directory");
}

TEST(Sha256File, IsLeftWhenItIsToStop) {
  const hookflow::TemporaryFolder folder;
  const fs::path file = folder.write("large", "");
  fs::resize_file(file, std::uintmax_t{1} << 40U);  // a hole, which would take many minutes
  std::stop_source stop;
  const std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    stop.request_stop();
  });
  EXPECT_THROW(static_cast<void>(sha256_file(file, stop.get_token())), Stopped);
}

}  // namespace
