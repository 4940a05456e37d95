// The different words of a column, numbered as they appear.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace candor::data::detail {

/// A fast hash for words that stay within the process.
inline std::uint64_t word_hash(std::string_view word) {
  const auto load = [](const char* p, std::size_t n) {
    std::uint64_t x = 0;
    std::memcpy(&x, p, n);
    return x;
  };
  std::uint64_t h = word.size() * 0x9e3779b97f4a7c15u;
  const char* p = word.data();
  std::size_t n = word.size();
  for (; n > 8; p += 8, n -= 8) {
    h = (h ^ load(p, 8)) * 0xbf58476d1ce4e5b9u;
    h ^= h >> 32;
  }
  h = (h ^ (n == 0 ? 0 : load(p, n))) * 0x94d049bb133111ebu;
  h ^= h >> 29;
  h *= 0xbf58476d1ce4e5b9u;
  return h ^ (h >> 32);
}

/// Numbers words from 0 in the order they come. Words are views: their text must outlive the index unless it is given as `fleeting`.
class WordIndex {
 public:
  std::int32_t add(std::string_view word, bool fleeting = false) {
    if ((words_.size() + 1) * 2 > slots_.size()) grow();
    const std::uint64_t hash = word_hash(word);
    for (std::size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
      Slot& slot = slots_[at];
      if (slot.code < 0) {
        slot = {static_cast<std::uint32_t>(hash >> 32), static_cast<std::int32_t>(words_.size())};
        words_.push_back(fleeting ? std::string_view(*kept_.emplace_back(std::make_unique<std::string>(word))) : word);
        return slot.code;
      }
      if (slot.hash == static_cast<std::uint32_t>(hash >> 32) && words_[static_cast<std::size_t>(slot.code)] == word) return slot.code;
    }
  }
  const std::vector<std::string_view>& words() const { return words_; }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::int32_t code = -1;
  };
  void grow() {
    std::vector<Slot> bigger(slots_.empty() ? 64 : slots_.size() * 2);
    for (std::size_t code = 0; code < words_.size(); ++code) {
      const std::uint64_t hash = word_hash(words_[code]);
      std::size_t at = hash & (bigger.size() - 1);
      while (bigger[at].code >= 0) at = (at + 1) & (bigger.size() - 1);
      bigger[at] = {static_cast<std::uint32_t>(hash >> 32), static_cast<std::int32_t>(code)};
    }
    slots_ = std::move(bigger);
  }

  std::vector<Slot> slots_;
  std::vector<std::string_view> words_;
  std::vector<std::unique_ptr<std::string>> kept_;
};

}  // namespace candor::data::detail
