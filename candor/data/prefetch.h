// Reading ahead: pictures are decoded by one thread in the background while the batch before is trained on.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "candor/data/images.h"

namespace candor::data {

/// Runs a producer in the background, at most `ahead` results in front of the consumer. The producer's thread makes no use of
/// parallel_for, so there is one thread pool only. An exception of the producer is thrown by next().
class Prefetch {
 public:
  using Item = std::pair<Tensor, Tensor>;
  /// `produce` is called until it returns nothing.
  explicit Prefetch(std::function<std::optional<Item>()> produce, std::size_t ahead = 2);
  ~Prefetch();
  Prefetch(const Prefetch&) = delete;
  Prefetch& operator=(const Prefetch&) = delete;

  /// The next result, in order; nothing at the end.
  std::optional<Item> next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct ImageBatchOptions {
  ImageOptions images = {};        ///< height, width and channels must be given unless all pictures agree with the first
  bool shuffle = false;
  std::uint64_t seed = 0, epoch = 0;
  std::size_t ahead = 2;      ///< batches decoded in front of the consumer; bounds the memory
};

/// One pass over a folder of pictures too large for memory, in batches of (u8 [n, height, width, channels], i32 [n]):
///     ImageBatches epoch(list, 32, {.shuffle = true, .seed = 1, .epoch = e});
///     while (auto batch = epoch.next()) step(batch->first, batch->second);
/// With skip_bad a batch may be shorter, and skipped() counts. Errors as read_images, thrown by next().
class ImageBatches {
 public:
  ImageBatches(ImageList list, std::int64_t batch_size, ImageBatchOptions options = {});
  ~ImageBatches();

  std::optional<Prefetch::Item> next();
  /// Pictures left out so far.
  std::int64_t skipped() const;

 private:
  struct Source;
  std::shared_ptr<Source> source_;
  std::unique_ptr<Prefetch> prefetch_;
};

}  // namespace candor::data
