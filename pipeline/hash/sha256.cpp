#include "pipeline/hash/sha256.hpp"

#include <bit>
#include <cerrno>
#include <fstream>
#include <openssl/evp.h>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "pipeline/error.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;

void check(int result) {
  if (result != 1) throw std::runtime_error("OpenSSL refuses to compute a SHA-256");
}

}  // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new()) { check(EVP_DigestInit_ex(context_, EVP_sha256(), nullptr)); }
Sha256::~Sha256() { EVP_MD_CTX_free(context_); }

void Sha256::give(std::string_view bytes) { check(EVP_DigestUpdate(context_, bytes.data(), bytes.size())); }

void Sha256::give_waiting() { give({waiting_.data(), std::exchange(waiting_size_, 0)}); }

void Sha256::add(std::string_view bytes) {
  if (bytes.size() > waiting_.size() - waiting_size_) give_waiting();
  if (bytes.size() > waiting_.size()) return give(bytes);
  bytes.copy(waiting_.data() + waiting_size_, bytes.size());
  waiting_size_ += bytes.size();
}

Sha256::Digest Sha256::take() {
  give_waiting();
  Digest digest{};
  check(EVP_DigestFinal_ex(context_, digest.data(), nullptr));
  check(EVP_DigestInit_ex(context_, nullptr, nullptr));  // the same again
  return digest;
}

std::string Sha256::hex() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : take()) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xFU];
  }
  return text;
}

std::int64_t Sha256::first_64() {
  const Digest digest = take();
  std::uint64_t number = 0;
  for (std::size_t i = 8; i-- > 0;) number = number << 8U | digest.at(i);
  return std::bit_cast<std::int64_t>(number);
}

std::string sha256(std::string_view bytes) {
  Sha256 digest;
  digest.add(bytes);
  return digest.hex();
}

std::string sha256_file(const std::filesystem::path& path, const std::stop_token& stop) {
  const auto fail = [&path] {
    throw InputError(path.string() + ": cannot be read: " + std::generic_category().message(errno));
  };
  std::ifstream file(path, std::ios::binary);
  if (!file) fail();
  Sha256 digest;
  std::vector<char> block(kBlock);
  while (file) {
    file.read(block.data(), static_cast<std::streamsize>(block.size()));
    if (stop.stop_requested()) throw Stopped();
    digest.add({block.data(), static_cast<std::size_t>(file.gcount())});
  }
  if (file.bad()) fail();
  return digest.hex();
}

}  // namespace hookflow::pipeline
