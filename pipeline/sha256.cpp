#include "pipeline/sha256.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <openssl/evp.h>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "pipeline/error.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;

class Sha256 {
 public:
  Sha256() { check(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr)); }
  void add(const void* bytes, std::size_t count) { check(EVP_DigestUpdate(context_.get(), bytes, count)); }

  [[nodiscard]] std::string hex() {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    check(EVP_DigestFinal_ex(context_.get(), digest.data(), &size));
    std::string text;
    for (unsigned int i = 0; i < size; ++i) {
      text += kDigits[digest.at(i) >> 4U];
      text += kDigits[digest.at(i) & 0xFU];
    }
    return text;
  }

 private:
  static void check(int result) {
    if (result != 1) throw std::runtime_error("OpenSSL refuses to compute a SHA-256");
  }

  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_{EVP_MD_CTX_new()};
};

}  // namespace

std::string sha256(std::string_view bytes) {
  Sha256 digest;
  digest.add(bytes.data(), bytes.size());
  return digest.hex();
}

std::string sha256_file(const std::filesystem::path& path) {
  const auto fail = [&path] {
    throw InputError(path.string() + ": cannot be read: " + std::generic_category().message(errno));
  };
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rb"));
  if (!file) fail();
  Sha256 digest;
  std::vector<char> block(kBlock);
  while (const std::size_t count = std::fread(block.data(), 1, block.size(), file.get())) {
    digest.add(block.data(), count);
  }
  if (std::ferror(file.get()) != 0) fail();
  return digest.hex();
}

}  // namespace hookflow::pipeline
