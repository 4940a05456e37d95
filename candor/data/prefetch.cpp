#include "candor/data/prefetch.h"

#include <atomic>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/data/batches.h"

namespace candor::data {

struct Prefetch::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Item> ready;
  std::exception_ptr fault;
  bool ended = false, stopped = false;
  std::thread thread;
};

Prefetch::Prefetch(std::function<std::optional<Item>()> produce, std::size_t ahead) : state_(std::make_unique<State>()) {
  State& s = *state_;
  const std::size_t limit = std::max<std::size_t>(1, ahead);
  s.thread = std::thread([&s, limit, produce = std::move(produce)] {
    for (;;) {
      {
        std::unique_lock lock(s.mutex);
        s.changed.wait(lock, [&] { return s.stopped || s.ready.size() < limit; });
        if (s.stopped) return;
      }
      std::optional<Item> item;
      std::exception_ptr fault;
      try {
        item = produce();
      } catch (...) {
        fault = std::current_exception();
      }
      const std::lock_guard lock(s.mutex);
      if (item) s.ready.push_back(std::move(*item));
      else s.ended = true;
      s.fault = fault;
      s.changed.notify_all();
      if (s.ended) return;
    }
  });
}

Prefetch::~Prefetch() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopped = true;
    state_->changed.notify_all();
  }
  state_->thread.join();
}

std::optional<Prefetch::Item> Prefetch::next() {
  State& s = *state_;
  std::unique_lock lock(s.mutex);
  s.changed.wait(lock, [&] { return s.ended || !s.ready.empty(); });
  if (s.ready.empty()) {
    if (s.fault) std::rethrow_exception(std::exchange(s.fault, nullptr));
    return std::nullopt;
  }
  Item item = std::move(s.ready.front());
  s.ready.pop_front();
  s.changed.notify_all();
  return item;
}

/// Belongs to the background thread, but for the counter.
struct ImageBatches::Source {
  ImageList list;
  std::int64_t batch_size;
  ImageBatchOptions options;
  Permutation order;
  std::uint64_t at = 0;
  ImageSize size{};
  std::string size_from;
  std::atomic<std::int64_t> skipped{0};

  Source(ImageList files, std::int64_t batch, ImageBatchOptions chosen)
      : list(std::move(files)),
        batch_size(batch),
        options(std::move(chosen)),
        order(epoch_order(static_cast<std::int64_t>(list.files.size()), options.seed, options.epoch)) {}

  /// The picture if it is good and fits; nothing when it is bad and to be skipped.
  std::optional<Image> load(std::size_t index) {
    const std::string& path = list.files[index].first;
    std::optional<Image> image;
    try {
      image = load_image(list, index, options.images);
    } catch (const Error&) {
      if (!options.images.skip_bad) throw;
      ++skipped;
      return std::nullopt;
    }
    const ImageSize got{image->height, image->width, image->channels};
    if (size_from.empty()) size = got, size_from = path;
    if (got != size)
      fail(ErrorKind::shape, path + ": " + to_string(got) + ", but " + size_from + " has " + to_string(size) + "; give a size and channels to bring them to");
    return image;
  }

  std::optional<Prefetch::Item> next() {
    const std::uint64_t all = list.files.size();
    std::vector<std::uint8_t> pixels;
    std::vector<std::int32_t> labels;
    while (at < all && static_cast<std::int64_t>(labels.size()) < batch_size) {
      const std::size_t index = options.shuffle ? order.at(at) : at;
      ++at;
      const auto image = load(index);
      if (!image) continue;
      pixels.insert(pixels.end(), image->pixels.begin(), image->pixels.end());
      labels.push_back(list.files[index].second);
    }
    if (labels.empty()) return std::nullopt;
    const Shape shape{static_cast<std::int64_t>(labels.size()), size.height, size.width, size.channels};
    return Prefetch::Item{Tensor::from(pixels, shape), Tensor::from(labels)};
  }
};

ImageBatches::ImageBatches(ImageList list, std::int64_t batch_size, ImageBatchOptions options) {
  if (batch_size < 1)
    fail(ErrorKind::invalid_argument, "ImageBatches: the batch size must be at least 1, got " + std::to_string(batch_size));
  const std::size_t ahead = options.ahead;
  source_ = std::make_shared<Source>(std::move(list), batch_size, std::move(options));
  prefetch_ = std::make_unique<Prefetch>([source = source_] { return source->next(); }, ahead);
}
ImageBatches::~ImageBatches() = default;

std::optional<Prefetch::Item> ImageBatches::next() { return prefetch_->next(); }
std::int64_t ImageBatches::skipped() const { return source_->skipped; }

}  // namespace candor::data
